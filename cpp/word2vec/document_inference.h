// Vectors of new documents: the vector of a tag is trained, while words and output layers are only read.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/kernel_table.h"
#include "memory/matrix_view.h"
#include "parallel/thread_pool.h"
#include "word2vec/hogwild.h"
#include "word2vec/training_context.h"

namespace wordkin::word2vec {

// The learning rate of each pass over a document, and the random seed.
struct InferencePlan {
  std::vector<float> rates;
  std::uint64_t seed;
};

class DocumentInference {
 public:
  // Throws std::invalid_argument unless options.documents is set and nothing but tags is trained. The matrices are only
  // read.
  DocumentInference(const Options& options, const Parameters& parameters, std::span<const std::int64_t> counts,
                    const kernels::KernelTable& kernels);

  // Queues the inference of one vector per document, a padded row of `vectors`: it is initialised at random and trained
  // with one pass over the document per rate. A vector depends only on the known words of its document, the seed and
  // the rates, not on other documents and threads; a document without known words gets zeros. Documents and rates are
  // copied; the rows and `cancelled`, which ends the work early if it is set, must outlive it.
  void start(parallel::ThreadPool& pool, const SentenceBlock& documents, memory::MatrixView<float> vectors,
             const InferencePlan& plan, const std::atomic<bool>& cancelled) const;

 private:
  struct Block;
  template <typename Trainer>
  void infer(const Block& block, std::size_t first, Trainer trainer, const std::atomic<bool>& cancelled) const;

  TrainingContext context_;
};

}  // namespace wordkin::word2vec
