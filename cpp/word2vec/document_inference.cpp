#include "word2vec/document_inference.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>

#include "random/generator.h"
#include "word2vec/concatenation_trainer.h"
#include "word2vec/sentence_trainer.h"
#include "word2vec/tag_trainer.h"
#include "word2vec/word_tag_trainer.h"

namespace wordkin::word2vec {
namespace {

constexpr std::size_t kDocumentsPerTask = 16;

// FNV-1a over the ids, which selects the random stream of a document.
std::uint64_t stream_of(std::span<const std::int32_t> document) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const std::int32_t id : document) hash = (hash ^ static_cast<std::uint32_t>(id)) * 1099511628211ULL;
  return hash;
}

// Uniform in [-0.5, 0.5) / size.
void initialize(std::span<float> vector, random::Generator& generator) {
  const auto size = static_cast<double>(vector.size());
  for (float& value : vector) value = static_cast<float>((generator.uniform() - 0.5) / size);
}

// One pass over a document, which begins and ends alone, so that its vector does not depend on others.
template <typename Trainer>
void pass(Trainer& trainer, std::span<const std::int32_t> document, float* vector, float rate,
          random::Generator& generator) {
  if constexpr (requires { trainer.train(document, vector, rate, generator); }) {
    trainer.train(document, vector, rate, generator);
  } else {
    trainer.begin(document, {std::span<float* const>(&vector, 1), {}}, generator);
    while (trainer.advance(std::numeric_limits<std::size_t>::max() / 2, rate, generator)) {
    }
  }
}

void check(const SentenceBlock& documents, const memory::MatrixView<float>& vectors, const TrainingContext& context) {
  const auto columns = context.parameters().input.columns;
  if (vectors.rows != static_cast<std::int64_t>(documents.ends.size()) || vectors.columns != columns)
    throw std::invalid_argument("vectors must have one row of " + std::to_string(columns) + " floats per document (" +
                                std::to_string(documents.ends.size()) + "), got " + std::to_string(vectors.rows) +
                                " of " + std::to_string(vectors.columns));
  std::int64_t before = 0;
  for (const auto end : documents.ends) {
    if (end < before) throw std::invalid_argument("ends must not decrease");
    before = end;
  }
  if (before != static_cast<std::int64_t>(documents.ids.size()))
    throw std::invalid_argument("the last entry of ends must be the number of ids");
  for (const auto id : documents.ids)
    if (id < 0 || id >= context.words()) throw std::invalid_argument("ids must be ids of words");
}

}  // namespace

DocumentInference::DocumentInference(const Options& options, const Parameters& parameters,
                                     std::span<const std::int64_t> counts, const kernels::KernelTable& kernels)
    : context_(options, parameters, counts, kernels) {
  if (!options.documents || options.documents->train_words || options.train_output)
    throw std::invalid_argument("inference must train only vectors of documents");
  if (context_.concatenates() && options.documents->tag_count != 1)
    throw std::invalid_argument("inference needs models with one tag per document");
}

struct DocumentInference::Block {
  std::vector<std::int32_t> ids;
  std::vector<std::int64_t> ends;
  memory::MatrixView<float> vectors;
  InferencePlan plan;
};

void DocumentInference::start(parallel::ThreadPool& pool, const SentenceBlock& documents,
                              memory::MatrixView<float> vectors, const InferencePlan& plan,
                              const std::atomic<bool>& cancelled) const {
  check(documents, vectors, context_);
  const auto block = std::make_shared<const Block>(Block{
      {documents.ids.begin(), documents.ids.end()}, {documents.ends.begin(), documents.ends.end()}, vectors, plan});
  const bool has_tag_windows = TagTrainer::supports(context_), has_tag_words = WordTagTrainer::supports(context_);
  for (std::size_t first = 0; first < block->ends.size(); first += kDocumentsPerTask) {
    pool.submit([=, this, &cancelled](std::size_t) {
      if (has_tag_windows) {
        infer(*block, first, TagTrainer(context_, cancelled), cancelled);
      } else if (has_tag_words) {
        infer(*block, first, WordTagTrainer(context_, cancelled), cancelled);
      } else if (context_.concatenates()) {
        infer(*block, first, ConcatenationTrainer(context_, cancelled), cancelled);
      } else {
        infer(*block, first, SentenceTrainer(context_, cancelled), cancelled);
      }
    });
  }
}

template <typename Trainer>
void DocumentInference::infer(const Block& block, std::size_t first, Trainer trainer,
                              const std::atomic<bool>& cancelled) const {
  const auto size = static_cast<std::size_t>(context_.options().documents->vector_size);
  const std::size_t last = std::min(first + kDocumentsPerTask, block.ends.size());
  for (std::size_t k = first; k < last && !cancelled.load(std::memory_order_relaxed); ++k) {
    const auto begin = static_cast<std::size_t>(k == 0 ? 0 : block.ends[k - 1]);
    const auto document = std::span(block.ids).subspan(begin, static_cast<std::size_t>(block.ends[k]) - begin);
    float* vector = block.vectors.row(static_cast<std::int64_t>(k));
    std::fill_n(vector, context_.parameters().input.columns, 0.0f);
    if (document.empty()) continue;
    random::Generator generator(block.plan.seed, stream_of(document));
    initialize({vector, size}, generator);
    for (const float rate : block.plan.rates) pass(trainer, document, vector, rate, generator);
  }
}

}  // namespace wordkin::word2vec
