#include "elmo/sentence_batch.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

namespace wordkin::elmo {
namespace {

std::vector<std::int64_t> begins_of(std::span<const std::int64_t> ends) {
  std::vector<std::int64_t> begins{0};
  for (const std::int64_t end : ends) {
    if (end < begins.back())
      throw std::invalid_argument("ends must not decrease, got " + std::to_string(end) + " after " +
                                  std::to_string(begins.back()));
    begins.push_back(end);
  }
  return begins;
}

// Sentences in descending order of length; among equal lengths in their original order.
std::vector<std::int64_t> by_length(const std::vector<std::int64_t>& begins) {
  std::vector<std::int64_t> order(begins.size() - 1);
  std::iota(order.begin(), order.end(), 0);
  const auto length = [&](std::int64_t sentence) {
    return begins[static_cast<std::size_t>(sentence) + 1] - begins[static_cast<std::size_t>(sentence)];
  };
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return length(a) > length(b); });
  return order;
}

// The number of sentences with more than `step` tokens, for each step.
std::vector<std::int64_t> active_of(std::span<const std::int64_t> ends) {
  std::vector<std::int64_t> active;
  std::int64_t begin = 0;
  for (const std::int64_t end : ends) {
    const auto length = static_cast<std::size_t>(end - begin);
    if (active.size() < length) active.resize(length);
    if (length > 0) ++active[length - 1];
    begin = end;
  }
  for (std::size_t step = active.size(); step-- > 1;) active[step - 1] += active[step];
  return active;
}

}  // namespace

SentenceBatch::SentenceBatch(std::span<const std::int64_t> ends)
    : order_(by_length(begins_of(ends))), sequences_(active_of(ends)) {
  const auto begins = begins_of(ends);
  for (auto& tokens : tokens_) tokens.resize(static_cast<std::size_t>(sequences_.rows()));
  for (std::int64_t step = 0; step < sequences_.steps(); ++step) {
    for (std::int64_t row = 0; row < sequences_.active(step); ++row) {
      const auto sentence = static_cast<std::size_t>(sentence_in(row));
      const auto index = static_cast<std::size_t>(sequences_.first_row(step) + row);
      tokens_[0][index] = begins[sentence] + step;
      tokens_[1][index] = begins[sentence + 1] - 1 - step;
    }
  }
}

}  // namespace wordkin::elmo
