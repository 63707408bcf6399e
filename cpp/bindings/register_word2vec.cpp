// Training of Word2Vec, and the parts of it that Python queries.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <memory>
#include <string>

#include "bindings/array_views.h"
#include "bindings/compute.h"
#include "bindings/document_inference.h"
#include "bindings/registers.h"
#include "bindings/word2vec_session.h"
#include "word2vec/huffman_tree.h"
#include "word2vec/subsampling.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

std::unique_ptr<TrainingSession> new_session(const py::object& options, py::object input, py::object nodes,
                                             py::object output, py::object update_scale, py::object counts,
                                             std::size_t threads, const std::string& isa, double start_rate,
                                             double end_rate, double planned_words, std::uint64_t first_stream,
                                             std::int64_t words_before, std::uint64_t skipped_jobs,
                                             const py::object& documents, py::object tags, py::object tag_update_scale,
                                             py::object subwords) {
  TrainingArrays arrays{std::move(input),  std::move(nodes), std::move(output),           std::move(update_scale),
                        std::move(counts), std::move(tags),  std::move(tag_update_scale), std::move(subwords)};
  return std::make_unique<TrainingSession>(options, documents, std::move(arrays),
                                           RatePlan{start_rate, end_rate, planned_words, words_before}, threads,
                                           kernels_named(isa), JobNumbers{first_stream, skipped_jobs});
}

py::array_t<std::uint32_t> keep_thresholds(const py::object& counts, double sample) {
  const word2vec::Subsampling subsampling(vector_view<const std::int64_t>("counts", counts, Access::kRead), sample);
  const auto thresholds = subsampling.thresholds();
  return py::array_t<std::uint32_t>(static_cast<py::ssize_t>(thresholds.size()), thresholds.data());
}

// For each word, the inner nodes on its path from the root and the branch taken at each (0 or 1).
py::list huffman_paths(const py::object& counts) {
  const word2vec::HuffmanTree tree(vector_view<const std::int64_t>("counts", counts, Access::kRead));
  py::list paths;
  for (std::size_t word = 0; word < tree.words(); ++word) {
    const auto path = tree.path(static_cast<std::int32_t>(word));
    const auto length = static_cast<py::ssize_t>(path.nodes.size());
    py::array_t<std::int32_t> nodes(length, path.nodes.data());
    py::array_t<std::uint8_t> codes(length);
    for (py::ssize_t i = 0; i < length; ++i) codes.mutable_at(i) = path.signs[static_cast<std::size_t>(i)] > 0 ? 0 : 1;
    paths.append(py::make_tuple(nodes, codes));
  }
  return paths;
}

}  // namespace

void register_word2vec(py::module_& m) {
  auto w = m.def_submodule("word2vec", "Training of Word2Vec.");
  py::class_<TrainingSession> session(w, "TrainingSession");
  session.def(py::init(&new_session), py::arg("options"), py::kw_only(), py::arg("input"), py::arg("nodes"),
              py::arg("output"), py::arg("update_scale"), py::arg("counts"), py::arg("threads"), py::arg("isa"),
              py::arg("start_rate"), py::arg("end_rate"), py::arg("planned_words"), py::arg("first_stream") = 0,
              py::arg("words_before") = 0, py::arg("skipped_jobs") = 0, py::arg("documents") = py::none(),
              py::arg("tags") = py::none(), py::arg("tag_update_scale") = py::none(), py::arg("subwords") = py::none());
  define_session_methods(session);
  register_document_inference(w);
  w.def("keep_thresholds", &keep_thresholds, py::arg("counts"), py::arg("sample"));
  w.def("huffman_paths", &huffman_paths, py::arg("counts"));
}

}  // namespace wordkin::bindings
