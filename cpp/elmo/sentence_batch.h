// A batch of concatenated sentences of any lengths, arranged for the recurrent layers: in descending order of length
// and ordered by time. Each direction starts where it begins to read, so the backward direction starts at the end of
// each sentence.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "recurrent/sequence_batch.h"

namespace wordkin::elmo {

class SentenceBatch {
 public:
  // ends[k] is the end position of sentence k. Throws std::invalid_argument if they are not in ascending order
  // (sentences may be empty).
  explicit SentenceBatch(std::span<const std::int64_t> ends);

  [[nodiscard]] const recurrent::SequenceBatch& sequences() const { return sequences_; }
  [[nodiscard]] std::int64_t sentences() const { return static_cast<std::int64_t>(order_.size()); }
  [[nodiscard]] std::int64_t tokens() const { return static_cast<std::int64_t>(tokens_[0].size()); }
  // The sentence in row `row` of the batch; empty sentences come last, in rows that are never active.
  [[nodiscard]] std::int64_t sentence_in(std::int64_t row) const { return order_[static_cast<std::size_t>(row)]; }
  // For each row of the sequences, the position in the text of the token that a direction reads.
  [[nodiscard]] std::span<const std::int64_t> tokens_of(int direction) const {
    return tokens_[static_cast<std::size_t>(direction)];
  }

 private:
  std::vector<std::int64_t> order_;
  recurrent::SequenceBatch sequences_;
  std::vector<std::int64_t> tokens_[2];
};

}  // namespace wordkin::elmo
