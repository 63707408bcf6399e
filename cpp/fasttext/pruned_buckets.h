// The rows of the hash buckets that a pruned model has kept.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace wordkin::fasttext {

// A bit for each bucket, and the number of bits before each word of 64 bits: the rows are found without a hash table,
// and most buckets of a text, which are not kept, cost one read of a small array.
class PrunedBuckets {
 public:
  static constexpr std::int64_t kMaxBucket = 1'000'000'000;  // its bits take 125 MB

  // Pairs of a bucket, from 0 to kMaxBucket, and its row. A bucket that occurs twice has the last row.
  explicit PrunedBuckets(std::span<const std::int32_t> pairs);

  // Returns the row, or -1.
  [[nodiscard]] std::int32_t find(std::int64_t bucket) const {
    const auto word = static_cast<std::size_t>(bucket >> 6);
    if (word >= bits_.size()) return -1;
    const std::uint64_t bit = std::uint64_t{1} << (bucket & 63);
    if ((bits_[word] & bit) == 0) return -1;
    return rows_[before_[word] + count_bits(bits_[word] & (bit - 1))];
  }

  // std::popcount is a call of a function on baseline CPUs.
  static std::size_t count_bits(std::uint64_t bits) {
    bits -= (bits >> 1) & 0x5555555555555555u;
    bits = (bits & 0x3333333333333333u) + ((bits >> 2) & 0x3333333333333333u);
    bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return static_cast<std::size_t>((bits * 0x0101010101010101u) >> 56);
  }

 private:
  std::vector<std::uint64_t> bits_;
  std::vector<std::uint32_t> before_;
  std::vector<std::int32_t> rows_;
};

}  // namespace wordkin::fasttext
