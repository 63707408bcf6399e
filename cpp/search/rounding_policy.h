// Decides which blocks of rows are compared with queries in bytes first.
#pragma once

#include <algorithm>
#include <cstdint>

namespace wordkin::search {

// A candidate costs as much as many pairs that are scored in float32 anyway. Bytes do not pay at the beginning, when
// almost all pairs are candidates, nor where the bound is too weak for the vectors. After such an attempt, rows are
// scored in float32 until the next attempt costs little in comparison.
class RoundingPolicy {
 public:
  // `kept`: number of rows that are kept for each query.
  // `has_floors`: whether it is known from the beginning which pairs can be candidates.
  RoundingPolicy(std::int64_t kept, bool has_floors)
      : float_rows_(has_floors ? 0 : std::max(kFirstRows, kept * kRowsPerKept)) {}

  [[nodiscard]] bool is_rounded() const { return float_rows_ <= 0; }

  void add_scored(std::int64_t rows) { float_rows_ -= rows; }

  void add_rounded(std::int64_t rows, std::int64_t pairs, std::int64_t candidates) {
    rows_ += rows;
    pairs_ += pairs;
    candidates_ += candidates;
    const bool is_useless = candidates_ > kUselessCandidates && 2 * candidates_ > pairs_;
    if (pairs_ < kPairsPerDecision && !is_useless) return;
    if (candidates_ * kPairsPerCandidate > pairs_) {
      const std::int64_t pause = rows_ * kPairsPerCandidate * (is_useless ? kUselessFactor : 1);
      float_rows_ = std::max(kFirstRows, pause) << std::min(failures_++, kMaxDoublings);
    } else {
      failures_ = 0;
    }
    rows_ = pairs_ = candidates_ = 0;
  }

 private:
  static constexpr std::int64_t kFirstRows = 256, kRowsPerKept = 24;
  static constexpr std::int64_t kPairsPerDecision = 1024, kPairsPerCandidate = 16;
  // A bound that excludes less than half of the pairs is recognised early and tried again late.
  static constexpr std::int64_t kUselessCandidates = 64, kUselessFactor = 4;
  static constexpr int kMaxDoublings = 10;

  std::int64_t float_rows_;  // remaining ones
  std::int64_t rows_ = 0, pairs_ = 0, candidates_ = 0;
  int failures_ = 0;
};

}  // namespace wordkin::search
