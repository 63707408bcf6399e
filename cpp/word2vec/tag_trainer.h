// Trains the vector of a tag on documents whose words and output layer are only read, in PV-DM with negative sampling.
#pragma once

#include <array>
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
  // Both are borrowed; `cancelled` is checked before each group of windows.
  TagTrainer(const TrainingContext& context, const std::atomic<bool>& cancelled);

  // Whether this class can replace SentenceTrainer for documents with one tag: sums or means of words and the tag,
  // negative sampling, and nothing else to train.
  [[nodiscard]] static bool supports(const TrainingContext& context);

  // One pass over a document (ids below context.words()), which is subsampled first. A group of kMaxPositions
  // consecutive windows sees the tag as it was before all of them. tag: INOUT (width).
  void train(std::span<const std::int32_t> document, float* tag, float rate, random::Generator& generator);

 private:
  struct Group {
    std::size_t first = 0;
    std::size_t count = 0;
    std::vector<float*> outputs;  // the target and the negative samples of each window
  };

  void draw_radii(random::Generator& generator);
  void begin_group(std::size_t first, random::Generator& generator, Group& group);
  void gather_inputs(const Group& group, float* tag);

  const TrainingContext* context_;
  const std::atomic<bool>* cancelled_;
  std::vector<std::int32_t> words_;  // of the document, after subsampling
  std::vector<float*> word_rows_;
  std::vector<int> radii_;
  std::array<Group, 2> groups_;  // the current one, and the next one, whose rows are prefetched
  std::vector<float*> inputs_;
  std::vector<int> input_counts_;
  memory::AlignedBuffer<float> scratch_;
  memory::AlignedBuffer<float> no_row_;  // zeros
};

}  // namespace wordkin::word2vec
