// Draws negative samples in proportion to count^exponent (Mikolov et al. 2013, section 2.2, with exponent 0.75).
#pragma once

#include <cstdint>
#include <span>

#include "random/alias_table.h"

namespace wordkin::word2vec {

class NegativeSampler {
 public:
  // Throws std::invalid_argument if no word has a positive count.
  NegativeSampler(std::span<const std::int64_t> counts, double exponent);

  [[nodiscard]] std::int32_t draw(std::uint64_t bits) const { return table_.draw(bits); }
  // Requests the memory that draw() will read.
  void prefetch(std::uint64_t bits) const { table_.prefetch(bits); }

 private:
  random::AliasTable table_;
};

}  // namespace wordkin::word2vec
