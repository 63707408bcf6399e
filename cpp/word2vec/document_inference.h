// Vectors of new documents: the vector of a tag is trained, while words and output layers are only read.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/kernel_table.h"
#include "memory/matrix_view.h"
#include "parallel/thread_pool.h"
#include "word2vec/hogwild.h"
#include "word2vec/sentence_trainer.h"
#include "word2vec/training_context.h"

namespace wordkin::word2vec {

class DocumentInference {
 public:
  // Throws std::invalid_argument unless options.documents is set and nothing but tags is trained. The matrices are only
  // read.
  DocumentInference(const Options& options, const Parameters& parameters, std::span<const std::int64_t> counts,
                    const kernels::KernelTable& kernels);

  // Queues the inference of one vector per document, a padded row of `vectors`: it is initialised at random and trained
  // with one pass over the document per rate. A vector depends only on the known words of its document, the seed and
  // the rates, not on other documents and threads; a document without known words gets zeros. What is passed must
  // outlive the work; set `cancelled` to end it early.
  void start(parallel::ThreadPool& pool, const SentenceBlock& documents, memory::MatrixView<float> vectors,
             std::span<const float> rates, std::uint64_t seed, const std::atomic<bool>& cancelled) const;

 private:
  void infer(std::span<const std::int32_t> document, float* vector, std::span<const float> rates, std::uint64_t seed,
             SentenceTrainer& trainer) const;

  TrainingContext context_;
};

}  // namespace wordkin::word2vec
