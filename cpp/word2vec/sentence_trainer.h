// Trains on sentences, one after another, with the scratch memory of one thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "kernels/kernel_table.h"
#include "memory/aligned_buffer.h"
#include "random/generator.h"
#include "word2vec/composed_rows.h"
#include "word2vec/training_context.h"
#include "word2vec/window.h"

namespace wordkin::word2vec {

// Training totals. A pair is one input (a context word; for CBOW a whole context) with one target; `scores` counts the
// dot products of pairs with output rows. `loss` is the sum over pairs.
struct Tally {
  std::int64_t raw_words = 0;
  std::int64_t trained_words = 0;  // after subsampling
  std::int64_t pairs = 0;
  std::int64_t scores = 0;
  double loss = 0.0;

  Tally& operator+=(const Tally& other);
};

// The input rows of the tags of a document.
struct TagRows {
  std::span<float* const> rows;
  std::span<const float> update_scale;
};

class SentenceTrainer {
 public:
  // Both are borrowed; `cancelled` is checked before each window.
  SentenceTrainer(const TrainingContext& context, const std::atomic<bool>& cancelled);

  // Begins a sentence (ids below context.words()), which is subsampled first. `tags` are rows that are inputs of all
  // its windows, with the scales of their updates, empty for 1; they are read until the next call.
  void begin(std::span<const std::int32_t> sentence, const TagRows& tags, random::Generator& generator);
  // Trains on the next windows in order, one for each position or, if positions share their negative samples, for some;
  // returns false when none is left.
  bool advance(std::size_t windows, float rate, random::Generator& generator);
  // Whether the next sentence can begin.
  [[nodiscard]] bool has_room() const { return has_room_; }
  // Number of words of the sentence that are not yet trained, including those that subsampling discards.
  [[nodiscard]] double untrained_words() const;

  // Returns the totals since the last call.
  Tally take_tally();

 private:
  void subsample(std::span<const std::int32_t> sentence, random::Generator& generator);
  void draw(std::size_t begin, std::size_t end, random::Generator& generator);
  void prepare(std::size_t index);
  void update(std::size_t index, float rate);
  // The words around a position that are inputs: the rows, and the scales of their updates if there are any.
  void gather_context(std::size_t position, const SampledWindow& window);
  void gather_neighbours(std::size_t position, int radius);
  void gather_composed(std::size_t position, int radius);
  void gather_tags();
  void prefetch(const SampledWindow& window) const;
  void prefetch_entering(std::size_t first, std::size_t position, SampledWindow& window) const;
  void reserve(int inputs);
  [[nodiscard]] bool uses_words() const;
  [[nodiscard]] bool scales_updates() const;
  [[nodiscard]] float scale_of_word(std::int32_t word) const;

  const TrainingContext* context_;
  const std::atomic<bool>* cancelled_;
  bool has_room_ = true;
  std::size_t raw_words_ = 0;             // of the sentence
  std::vector<std::int32_t> subsampled_;  // words of the sentence that remain after subsampling
  std::vector<float*> subsampled_rows_;   // their input rows; without subwords
  std::optional<ComposedRows> composed_;  // their vectors; with subwords
  TagRows tags_;
  std::size_t targets_per_window_ = 1;
  std::size_t window_count_ = 0;
  std::size_t next_ = 0;                // window that is prepared next
  std::vector<int> radii_;              // radii of the windows drawn in this batch
  std::vector<std::int32_t> noise_;     // likewise, options.negative samples per window
  std::vector<SampledWindow> windows_;  // ring buffer: the current window and those prepared in advance
  std::vector<float*> context_rows_;
  std::vector<float> context_update_scale_;
  std::int64_t context_parts_ = 0;  // number of rows that the inputs are composed of
  memory::AlignedBuffer<float> scratch_;
  kernels::LossAccumulator loss_;
  Tally tally_;
};

}  // namespace wordkin::word2vec
