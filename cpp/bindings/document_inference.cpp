#include "bindings/document_inference.h"

#include <memory>
#include <string>
#include <utility>

#include "bindings/array_views.h"
#include "bindings/compute.h"
#include "bindings/gil.h"
#include "bindings/interruption.h"
#include "bindings/word2vec_options.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

constexpr std::size_t kTasksPerThread = 2;  // that are left when the next block is queued

word2vec::Options checked_options(const py::object& options, const py::object& documents) {
  word2vec::Options checked = word2vec_options_from(options);
  checked.documents = document_options_from(documents);
  return checked;
}

}  // namespace

DocumentInference::DocumentInference(const py::object& options, const py::object& documents, TrainingArrays arrays,
                                     const kernels::KernelTable& kernels)
    : arrays_(std::move(arrays)),
      kernels_(kernels),
      inference_(checked_options(options, documents), parameters_of(arrays_),
                 vector_view<const std::int64_t>("counts", arrays_.counts, Access::kRead), kernels_) {}

InferenceSession::InferenceSession(const DocumentInference& inference, const py::object& rates, std::uint64_t seed,
                                   std::size_t threads)
    : inference_(inference), plan_{{}, seed}, pool_(threads) {
  const auto given = vector_view<const float>("rates", rates, Access::kRead);
  plan_.rates.assign(given.begin(), given.end());
}

void InferenceSession::submit(const py::object& ids, const py::object& ends, const py::object& vectors) {
  const word2vec::SentenceBlock documents{vector_view<const std::int32_t>("ids", ids, Access::kRead),
                                          vector_view<const std::int64_t>("ends", ends, Access::kRead)};
  const auto rows = matrix_view<float>("vectors", vectors, Access::kWrite);
  wait_until(kTasksPerThread * pool_.size());
  held_.push_back(vectors);
  inference_.get().start(pool_, documents, rows, plan_, cancelled_);
}

void InferenceSession::wait_until(std::size_t pending) {
  try {
    wait_interruptibly([this, pending](double seconds) { return pool_.wait(pending, seconds); });
  } catch (...) {
    stop();
    throw;
  }
}

void InferenceSession::stop() {
  if (pool_.pending() == 0) return;
  const GilRelease release;  // waits for the current windows
  cancelled_.store(true, std::memory_order_relaxed);
  pool_.discard_queued();
  try {
    pool_.wait_all();
  } catch (...) {  // NOLINT(bugprone-empty-catch): an exception of the caller is the one to report
  }
}

void register_document_inference(py::module_& m) {
  py::class_<DocumentInference>(m, "DocumentInference")
      .def(py::init([](const py::object& options, const py::object& documents, py::object input, py::object nodes,
                       py::object output, py::object counts, const std::string& isa) {
             TrainingArrays arrays{std::move(input), std::move(nodes), std::move(output), py::none(),
                                   std::move(counts)};
             return std::make_unique<DocumentInference>(options, documents, std::move(arrays), kernels_named(isa));
           }),
           py::arg("options"), py::arg("documents"), py::kw_only(), py::arg("input"), py::arg("nodes"),
           py::arg("output"), py::arg("counts"), py::arg("isa"));
  py::class_<InferenceSession>(m, "InferenceSession")
      .def(py::init<const DocumentInference&, const py::object&, std::uint64_t, std::size_t>(), py::arg("inference"),
           py::kw_only(), py::arg("rates"), py::arg("seed"), py::arg("threads"), py::keep_alive<1, 2>())
      .def("submit", &InferenceSession::submit, py::arg("ids"), py::arg("ends"), py::arg("vectors"))
      .def("wait", &InferenceSession::wait)
      .def("stop", &InferenceSession::stop);
}

}  // namespace wordkin::bindings
