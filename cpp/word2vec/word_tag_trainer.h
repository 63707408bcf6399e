// Trains the vector of a tag on documents whose output layer is only read, in PV-DBOW with negative sampling.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "memory/aligned_buffer.h"
#include "random/generator.h"
#include "word2vec/training_context.h"
#include "word2vec/window.h"

namespace wordkin::word2vec {

class WordTagTrainer {
 public:
  // Both are borrowed; `cancelled` is checked before each kWindows windows.
  WordTagTrainer(const TrainingContext& context, const std::atomic<bool>& cancelled);

  // Whether this class can replace SentenceTrainer for documents with one tag: the tag alone predicts the words, with
  // negative sampling, and nothing else is trained. Results are the same to the last bit.
  [[nodiscard]] static bool supports(const TrainingContext& context);

  // One pass over a document (ids below context.words()), which is subsampled first. tag: INOUT (width).
  void train(std::span<const std::int32_t> document, float* tag, float rate, random::Generator& generator);

 private:
  static constexpr std::size_t kWindows = 64;

  void draw_noise(std::size_t windows, random::Generator& generator);
  void set_window(std::size_t index, std::span<const std::int32_t> targets);

  const TrainingContext* context_;
  const std::atomic<bool>* cancelled_;
  std::size_t stride_;               // output rows of a window, rounded up
  std::vector<std::int32_t> words_;  // of the document, after subsampling
  std::vector<std::int32_t> noise_;
  std::vector<std::int32_t> ids_;  // the targets and the negative samples of one window
  std::vector<const float*> outputs_;
  std::vector<float> weights_;  // of the output rows; see kernels::TagWords
  std::vector<std::uint8_t> counts_;
  SampledWindow repeated_;  // a window with words that occur twice
  memory::AlignedBuffer<float> scratch_;
};

}  // namespace wordkin::word2vec
