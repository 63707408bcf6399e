// Sentences of any lengths, given one behind the other, as the recurrent layers take them: the longest first, by time.
// Each direction begins where its own reading begins, so the backward one at every sentence's own end.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "recurrent/sequence_batch.h"

namespace wordkin::elmo {

class SentenceBatch {
 public:
  // ends[k] is the position behind sentence k. Throws std::invalid_argument unless they rise from 0 (sentences may be
  // empty).
  explicit SentenceBatch(std::span<const std::int64_t> ends);

  [[nodiscard]] const recurrent::SequenceBatch& sequences() const { return sequences_; }
  [[nodiscard]] std::int64_t sentences() const { return static_cast<std::int64_t>(order_.size()); }
  [[nodiscard]] std::int64_t tokens() const { return static_cast<std::int64_t>(tokens_[0].size()); }
  // The sentence in row `row` of the batch; empty ones come last, in rows that are never active.
  [[nodiscard]] std::int64_t sentence_in(std::int64_t row) const { return order_[static_cast<std::size_t>(row)]; }
  // The token, by its place in the text, that a direction reads in a row of the sequences.
  [[nodiscard]] std::span<const std::int64_t> tokens_of(int direction) const {
    return tokens_[static_cast<std::size_t>(direction)];
  }

 private:
  std::vector<std::int64_t> order_;
  recurrent::SequenceBatch sequences_;
  std::vector<std::int64_t> tokens_[2];
};

}  // namespace wordkin::elmo
