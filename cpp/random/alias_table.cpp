#include "random/alias_table.h"

#include <cmath>
#include <limits>
#include <stdexcept>

namespace wordkin::random {

AliasTable::AliasTable(std::span<const double> weights) : cells_(weights.size()) {
  if (weights.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
    throw std::invalid_argument("alias table: more than 2^31 - 1 weights");
  double total = 0.0;
  for (const double w : weights) {
    if (!(w >= 0.0) || !std::isfinite(w))
      throw std::invalid_argument("alias table: a weight is negative or not finite");
    total += w;
  }
  if (!(total > 0.0) || !std::isfinite(total))
    throw std::invalid_argument("alias table: weights must have a finite, positive sum");

  const auto n = static_cast<std::int32_t>(weights.size());
  std::vector<double> share(weights.size());
  std::vector<std::int32_t> poor, rich;
  for (std::int32_t i = 0; i < n; ++i) {
    share[i] = weights[i] / total * n;
    (share[i] < 1.0 ? poor : rich).push_back(i);
  }
  while (!poor.empty() && !rich.empty()) {
    const std::int32_t small = poor.back();
    poor.pop_back();
    const std::int32_t large = rich.back();
    cells_[small] = {static_cast<std::uint32_t>(share[small] * 0x1.0p32), large};
    share[large] -= 1.0 - share[small];
    if (share[large] < 1.0) {
      rich.pop_back();
      poor.push_back(large);
    }
  }
  // The remaining cells have probability 1 up to rounding. Each becomes its own alias, so the threshold has no effect.
  for (const auto* rest : {&poor, &rich})
    for (const std::int32_t i : *rest) cells_[i] = {std::numeric_limits<std::uint32_t>::max(), i};
}

}  // namespace wordkin::random
