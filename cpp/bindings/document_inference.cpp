#include "bindings/document_inference.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>

#include "bindings/array_views.h"
#include "bindings/compute.h"
#include "bindings/gil.h"
#include "bindings/interruption.h"
#include "bindings/word2vec_options.h"
#include "parallel/thread_pool.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

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

void DocumentInference::infer(const py::object& ids, const py::object& ends, const py::object& vectors,
                              const py::object& rates, std::uint64_t seed, std::size_t threads) const {
  const word2vec::SentenceBlock documents{vector_view<const std::int32_t>("ids", ids, Access::kRead),
                                          vector_view<const std::int64_t>("ends", ends, Access::kRead)};
  const auto rows = matrix_view<float>("vectors", vectors, Access::kWrite);
  const auto rate = vector_view<const float>("rates", rates, Access::kRead);
  std::atomic<bool> cancelled{false};
  parallel::ThreadPool pool(std::clamp<std::size_t>(threads, 1, std::max<std::size_t>(documents.ends.size(), 1)));
  inference_.start(pool, documents, rows, rate, seed, cancelled);
  try {
    wait_interruptibly([&pool](double seconds) { return pool.wait(0, seconds); });
  } catch (...) {
    const GilRelease release;  // waits for the current windows
    cancelled.store(true, std::memory_order_relaxed);
    pool.discard_queued();
    try {
      pool.wait_all();
    } catch (...) {  // NOLINT(bugprone-empty-catch): the first exception is the one to report
    }
    throw;
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
           py::arg("output"), py::arg("counts"), py::arg("isa"))
      .def("infer", &DocumentInference::infer, py::arg("ids"), py::arg("ends"), py::kw_only(), py::arg("vectors"),
           py::arg("rates"), py::arg("seed"), py::arg("threads"));
}

}  // namespace wordkin::bindings
