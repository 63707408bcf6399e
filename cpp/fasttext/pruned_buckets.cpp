#include "fasttext/pruned_buckets.h"

#include <algorithm>

namespace wordkin::fasttext {

PrunedBuckets::PrunedBuckets(std::span<const std::int32_t> pairs) {
  std::int64_t greatest = -1;
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) greatest = std::max<std::int64_t>(greatest, pairs[i]);
  bits_.assign(static_cast<std::size_t>(greatest + 64) >> 6, 0);
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2)
    bits_[static_cast<std::size_t>(pairs[i]) >> 6] |= std::uint64_t{1} << (pairs[i] & 63);
  std::uint32_t count = 0;
  before_.reserve(bits_.size());
  for (const std::uint64_t bits : bits_) {
    before_.push_back(count);
    count += static_cast<std::uint32_t>(count_bits(bits));
  }
  rows_.assign(count, 0);
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
    const auto word = static_cast<std::size_t>(pairs[i]) >> 6;
    const std::uint64_t below = (std::uint64_t{1} << (pairs[i] & 63)) - 1;
    rows_[before_[word] + count_bits(bits_[word] & below)] = pairs[i + 1];
  }
}

}  // namespace wordkin::fasttext
