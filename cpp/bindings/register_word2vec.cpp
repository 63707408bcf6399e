// Training of Word2Vec, and the parts of it that Python queries.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <memory>
#include <string>

#include "bindings/array_views.h"
#include "bindings/compute.h"
#include "bindings/document_inference.h"
#include "bindings/gil.h"
#include "bindings/registers.h"
#include "bindings/word2vec_session.h"
#include "parallel/thread_pool.h"
#include "word2vec/huffman_tree.h"
#include "word2vec/replicas.h"
#include "word2vec/subsampling.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

kernels::KernelTable kernels_of(const std::string& isa) { return kernels_named(isa); }

// Combines the changes that replicas have made to the rows of a matrix; see kernels::ReplicaRows.
void combine_replicas(const py::object& base, const py::list& replicas, std::size_t threads, const std::string& isa) {
  const auto& kernels = kernels_named(isa);
  word2vec::ReplicatedMatrix matrix{matrix_view<float>("base", base, Access::kWrite), {}};
  for (const auto& replica : replicas)
    matrix.replicas.push_back(matrix_view<float>("replicas", replica, Access::kWrite));
  word2vec::check_replicas(matrix);
  const GilRelease release;  // combines rows for milliseconds; the caller holds the arrays
  parallel::ThreadPool pool(threads);
  word2vec::combine_replicas(matrix, 0, matrix.base.rows, kernels, pool);
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
  define_session(session, &kernels_of);
  register_document_inference(w);
  w.def("combine_replicas", &combine_replicas, py::arg("base"), py::arg("replicas"), py::kw_only(), py::arg("threads"),
        py::arg("isa"));
  w.def("keep_thresholds", &keep_thresholds, py::arg("counts"), py::arg("sample"));
  w.def("huffman_paths", &huffman_paths, py::arg("counts"));
}

}  // namespace wordkin::bindings
