// Vectors of new documents, on arrays that Python owns.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "bindings/word2vec_session.h"
#include "parallel/thread_pool.h"
#include "word2vec/document_inference.h"

namespace wordkin::bindings {

class DocumentInference {
 public:
  DocumentInference(const pybind11::object& options, const pybind11::object& documents, TrainingArrays arrays,
                    const kernels::KernelTable& kernels);

  [[nodiscard]] const word2vec::DocumentInference& get() const { return inference_; }

 private:
  TrainingArrays arrays_;
  kernels::KernelTable kernels_;
  word2vec::DocumentInference inference_;
};

// Infers the vectors of blocks of documents on several threads, while the caller prepares the next block. The caller
// keeps the inference.
class InferenceSession {
 public:
  InferenceSession(const DocumentInference& inference, const pybind11::object& rates, std::uint64_t seed,
                   std::size_t threads);
  ~InferenceSession() { stop(); }
  InferenceSession(const InferenceSession&) = delete;
  InferenceSession& operator=(const InferenceSession&) = delete;

  // Waits until few documents are left, and queues a block. vectors: (documents, padded size) written until wait() or
  // stop() has returned.
  void submit(const pybind11::object& ids, const pybind11::object& ends, const pybind11::object& vectors);
  // Waits for all documents.
  void wait() { wait_until(0); }
  // Ends the work, within one window of each thread.
  void stop();

 private:
  void wait_until(std::size_t pending);

  const DocumentInference& inference_;
  word2vec::InferencePlan plan_;
  std::vector<pybind11::object> held_;  // the vectors
  std::atomic<bool> cancelled_{false};
  parallel::ThreadPool pool_;  // last: its threads end before what they use
};

void register_document_inference(pybind11::module_& m);

}  // namespace wordkin::bindings
