// The vectors of the words in and around the current window, composed from the rows of their subwords.
//
// fastText reads and updates about 20 rows for every pair of a word with a context word. Here a word's vector is
// composed once, when the word comes into reach of the windows; the windows update this copy; and its change is added
// to all rows once, when the word leaves. While a word occurs several times in reach, its occurrences share the copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "memory/aligned_buffer.h"
#include "word2vec/training_context.h"

namespace wordkin::word2vec {

class ComposedRows {
 public:
  // A context with subwords; borrowed.
  explicit ComposedRows(const TrainingContext& context) : context_(&context) {}

  // Begins a sentence, which is borrowed until finish(). `window` is the largest distance of a context word.
  void start(std::span<const std::int32_t> sentence, std::size_t window);
  // Composes the words that the window around `position` may contain, and writes back those that no later one does.
  // Positions must be visited in order.
  void move_to(std::size_t position);
  // Writes back the words that remain.
  void finish();

  // Of a word that the last window may contain.
  [[nodiscard]] float* row(std::size_t position) { return after(slot_of_[position % slot_of_.size()]); }
  [[nodiscard]] float update_scale(std::size_t position) const {
    return slots_[slot_of_[position % slot_of_.size()]].update_scale;
  }
  // Number of rows that the word is composed of.
  [[nodiscard]] std::int64_t parts(std::size_t position) const {
    return static_cast<std::int64_t>(context_->parameters().subwords->of(sentence_[position]).size()) +
           (has_word_rows() ? 1 : 0);
  }
  // Whether the copies are sums, not means: CBOW averages over the rows of all context words (as fastText does).
  [[nodiscard]] bool are_sums() const { return context_->options().architecture == Architecture::kCbow; }

 private:
  struct Slot {
    std::int32_t word = -1;
    std::int32_t users = 0;
    float update_scale = 1.0f;  // of the copy, so that it changes as the rows will
  };

  [[nodiscard]] bool has_word_rows() const { return context_->parameters().input.rows > 0; }
  [[nodiscard]] float* after(std::size_t slot) {
    return rows_.data() + 2 * slot * static_cast<std::size_t>(context_->width());
  }
  [[nodiscard]] float* before(std::size_t slot) { return after(slot) + context_->width(); }
  void enter(std::size_t position);
  void leave(std::size_t position);
  void compose(std::size_t slot);
  void write_back(std::size_t slot);
  void gather(std::int32_t word);  // the rows of a word, and the scales of their updates

  const TrainingContext* context_;
  std::span<const std::int32_t> sentence_;
  std::size_t window_ = 0, begin_ = 0, end_ = 0;  // positions in reach
  std::vector<Slot> slots_;
  std::vector<std::size_t> slot_of_;  // by position, as a ring
  memory::AlignedBuffer<float> rows_;
  std::vector<float*> parts_;
  std::vector<float> scales_;  // empty for 1
};

}  // namespace wordkin::word2vec
