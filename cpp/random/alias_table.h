// Sampling from a fixed discrete distribution in O(1): Walker's alias method, constructed as in Vose (1991).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace wordkin::random {

class AliasTable {
 public:
  AliasTable() = default;
  // weights: non-negative and finite, at least one positive; they need not sum to one.
  explicit AliasTable(std::span<const double> weights);

  // Draws one index from 64 random bits: the upper half selects a cell, the lower half chooses between it and its
  // alias.
  [[nodiscard]] std::int32_t draw(std::uint64_t bits) const {
    const std::uint32_t cell = cell_of(bits);
    const Cell& c = cells_[cell];
    // Without a branch, which would be mispredicted at random.
    const std::uint32_t keeps = 0u - static_cast<std::uint32_t>(static_cast<std::uint32_t>(bits) < c.threshold);
    const auto alias = static_cast<std::uint32_t>(c.alias);
    return static_cast<std::int32_t>(alias ^ ((alias ^ cell) & keeps));
  }
  // Requests the cell that draw() will read.
  void prefetch([[maybe_unused]] std::uint64_t bits) const {
#if defined(__GNUC__) || defined(__clang__)
    __builtin_prefetch(&cells_[cell_of(bits)]);
#endif
  }
  [[nodiscard]] std::size_t size() const { return cells_.size(); }

 private:
  struct Cell {
    std::uint32_t threshold;
    std::int32_t alias;
  };

  [[nodiscard]] std::uint32_t cell_of(std::uint64_t bits) const {
    return static_cast<std::uint32_t>(((bits >> 32) * cells_.size()) >> 32);
  }

  std::vector<Cell> cells_;
};

}  // namespace wordkin::random
