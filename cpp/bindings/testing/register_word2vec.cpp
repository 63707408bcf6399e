// The noise distribution of Word2Vec, and a training that only moves memory.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <utility>

#include "bindings/array_views.h"
#include "bindings/compute.h"
#include "bindings/testing/registers.h"
#include "bindings/word2vec_session.h"
#include "random/generator.h"
#include "word2vec/negative_sampler.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

py::array_t<std::int32_t> draw_noise(const py::object& counts, double exponent, std::uint64_t seed, py::ssize_t size) {
  const word2vec::NegativeSampler sampler(vector_view<const std::int64_t>("counts", counts, Access::kRead), exponent);
  random::Generator generator(seed);
  py::array_t<std::int32_t> drawn(size);
  for (py::ssize_t i = 0; i < size; ++i) drawn.mutable_at(i) = sampler.draw(generator.next());
  return drawn;
}

// A session whose kernels load and store the rows of each window without computing anything: the limit that memory
// bandwidth sets. It has the interface of wordkin._core.word2vec.TrainingSession, so that a benchmark can replace that.
std::unique_ptr<TrainingSession> new_memory_session(const py::object& options, py::object input, py::object nodes,
                                                    py::object output, py::object update_scale, py::object counts,
                                                    std::size_t threads, const std::string& isa, double start_rate,
                                                    double end_rate, double planned_words, std::uint64_t first_stream,
                                                    std::int64_t words_before, std::uint64_t skipped_jobs) {
  kernels::KernelTable kernels = kernels_named(isa);
  kernels.skipgram = kernels.cbow = kernels.concatenation = kernels.touch;
  TrainingArrays arrays{std::move(input), std::move(nodes), std::move(output), std::move(update_scale),
                        std::move(counts)};
  return std::make_unique<TrainingSession>(options, py::none(), std::move(arrays),
                                           RatePlan{start_rate, end_rate, planned_words, words_before}, threads,
                                           kernels, JobNumbers{first_stream, skipped_jobs});
}

}  // namespace

void register_test_word2vec(py::module_& m) {
  auto w = m.def_submodule("word2vec", "Parts of Word2Vec training.");
  w.def("draw_noise", &draw_noise, py::arg("counts"), py::arg("exponent"), py::arg("seed"), py::arg("size"));
  py::class_<TrainingSession> session(w, "MemorySession", py::module_local());
  session.def(py::init(&new_memory_session), py::arg("options"), py::kw_only(), py::arg("input"), py::arg("nodes"),
              py::arg("output"), py::arg("update_scale"), py::arg("counts"), py::arg("threads"), py::arg("isa"),
              py::arg("start_rate"), py::arg("end_rate"), py::arg("planned_words"), py::arg("first_stream") = 0,
              py::arg("words_before") = 0, py::arg("skipped_jobs") = 0);
  define_session_methods(session);
}

}  // namespace wordkin::bindings
