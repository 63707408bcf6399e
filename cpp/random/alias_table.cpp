#include "random/alias_table.h"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace wordkin::random {

AliasTable::AliasTable(std::span<const double> weights) : cells_(weights.size()) {
  if (weights.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
    throw std::invalid_argument("weights must have at most 2^31 - 1 entries, got " + std::to_string(weights.size()));
  double total = 0.0;
  for (const double w : weights) {
    if (!(w >= 0.0) || !std::isfinite(w))
      throw std::invalid_argument("weights must be finite and not negative, got " + std::to_string(w));
    total += w;
  }
  if (!(total > 0.0) || !std::isfinite(total))
    throw std::invalid_argument("weights must have a finite, positive sum, got " + std::to_string(total));

  const auto n = static_cast<std::int32_t>(weights.size());
  std::vector<double> scaled(weights.size());
  std::vector<std::int32_t> below_one, others;
  for (std::int32_t i = 0; i < n; ++i) {
    scaled[i] = weights[i] / total * n;
    (scaled[i] < 1.0 ? below_one : others).push_back(i);
  }
  while (!below_one.empty() && !others.empty()) {
    const std::int32_t small = below_one.back();
    below_one.pop_back();
    const std::int32_t large = others.back();
    cells_[small] = {static_cast<std::uint32_t>(scaled[small] * 0x1.0p32), large};
    scaled[large] -= 1.0 - scaled[small];
    if (scaled[large] < 1.0) {
      others.pop_back();
      below_one.push_back(large);
    }
  }
  // The remaining cells have probability 1 up to rounding. Each becomes its own alias, so the threshold has no effect.
  for (const auto* rest : {&below_one, &others})
    for (const std::int32_t i : *rest) cells_[i] = {std::numeric_limits<std::uint32_t>::max(), i};
}

}  // namespace wordkin::random
