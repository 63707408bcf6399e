// Trains the vector of a tag on documents whose words and output layer are only read, in PV-DM with negative sampling.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "memory/aligned_buffer.h"
#include "random/generator.h"
#include "word2vec/training_context.h"

namespace wordkin::word2vec {

class TagTrainer {
 public:
  // Both are borrowed; `cancelled` is checked before each kMaxTagPositions windows.
  TagTrainer(const TrainingContext& context, const std::atomic<bool>& cancelled);

  // Whether this class can replace SentenceTrainer for documents with one tag: sums or means of words and the tag,
  // negative sampling, and nothing else to train.
  [[nodiscard]] static bool supports(const TrainingContext& context);

  // One pass over a document (ids below context.words()), which is subsampled first. A group of kMaxPositions
  // consecutive windows sees the tag as it was before all of them. tag: INOUT (width).
  void train(std::span<const std::int32_t> document, float* tag, float rate, random::Generator& generator);

 private:
  void draw_radii(random::Generator& generator);
  void draw_noise(std::size_t windows, random::Generator& generator);
  void set_outputs(std::size_t first, std::size_t count);
  void set_contexts(std::size_t first, std::size_t count);

  const TrainingContext* context_;
  const std::atomic<bool>* cancelled_;
  std::vector<std::int32_t> words_;  // of the document, after subsampling
  std::vector<const float*> word_rows_;
  std::vector<int> radii_;
  std::vector<std::uint64_t> noise_;   // random numbers for the negative samples of the next windows
  std::vector<const float*> outputs_;  // the target and the negative samples of each window
  std::vector<kernels::TagContext> contexts_;
  std::vector<std::uint8_t> order_;  // the windows, sorted by their radii
  memory::AlignedBuffer<float> scratch_;
  memory::AlignedBuffer<float> no_row_;  // zeros
};

}  // namespace wordkin::word2vec
