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

// Kernels that load and store the rows of each window without computing anything: the limit that memory bandwidth sets.
kernels::KernelTable memory_kernels(const std::string& isa) {
  kernels::KernelTable kernels = kernels_named(isa);
  kernels.skipgram = kernels.cbow = kernels.concatenation = kernels.touch;
  return kernels;
}

}  // namespace

void register_test_word2vec(py::module_& m) {
  auto w = m.def_submodule("word2vec", "Parts of Word2Vec training.");
  w.def("draw_noise", &draw_noise, py::arg("counts"), py::arg("exponent"), py::arg("seed"), py::arg("size"));
  py::class_<TrainingSession> session(w, "MemorySession", py::module_local());
  // It has the interface of wordkin._core.word2vec.TrainingSession, so that a benchmark can replace that.
  define_session(session, &memory_kernels);
}

}  // namespace wordkin::bindings
