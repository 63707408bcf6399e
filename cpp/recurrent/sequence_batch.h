// A batch of sequences of different lengths, in descending order of length, as rows ordered by time: step t contains
// the first active(t) sequences, and the row of sequence b at step t is first_row(t) + b. A caller that reads from
// right to left reverses the sequences itself.
#pragma once

#include <cassert>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace wordkin::recurrent {

class SequenceBatch {
 public:
  explicit SequenceBatch(std::vector<std::int64_t> active) : active_(std::move(active)) {
    std::int64_t before = active_.empty() ? 0 : active_.front();
    first_rows_.reserve(active_.size() + 1);
    first_rows_.push_back(0);
    for (const auto count : active_) {
      if (count < 1 || count > before)
        throw std::invalid_argument("active must be positive and must not increase, got " + std::to_string(count) +
                                    " after " + std::to_string(before));
      before = count;
      first_rows_.push_back(first_rows_.back() + count);
    }
  }
  SequenceBatch(std::int64_t steps, std::int64_t width)  // all of the same length
      : SequenceBatch(std::vector<std::int64_t>(static_cast<std::size_t>(steps), width)) {}

  [[nodiscard]] std::int64_t steps() const { return static_cast<std::int64_t>(active_.size()); }
  [[nodiscard]] std::int64_t rows() const { return first_rows_.back(); }
  [[nodiscard]] std::int64_t width() const { return active_.empty() ? 0 : active_.front(); }
  // 0 after the last step.
  [[nodiscard]] std::int64_t active(std::int64_t step) const {
    assert(step >= 0 && step <= steps());
    return step < steps() ? active_[static_cast<std::size_t>(step)] : 0;
  }
  [[nodiscard]] std::int64_t first_row(std::int64_t step) const { return first_rows_[static_cast<std::size_t>(step)]; }

 private:
  std::vector<std::int64_t> active_;
  std::vector<std::int64_t> first_rows_;
};

}  // namespace wordkin::recurrent
