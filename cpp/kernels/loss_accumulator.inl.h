// Folds the float factors of a LossAccumulator into its double total.
#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/kernel_table.h"

namespace wordkin::kernels {
namespace {

// Natural logarithm of a double in [1, 2^16] from its exponent and an atanh series; error below 1e-12. Implemented here
// because kernels link no library.
inline double log_of_moderate(double x) {
  std::uint64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  const auto exponent = static_cast<double>(static_cast<std::int64_t>(bits >> 52) - 1023);
  bits = (bits & 0x000FFFFFFFFFFFFFULL) | 0x3FF0000000000000ULL;
  double m;
  std::memcpy(&m, &bits, sizeof m);
  const double t = (m - 1.4142135623730951) / (m + 1.4142135623730951), t2 = t * t;  // |t| < 0.1716
  double series = 1.0 / 15.0;
  for (const double c : {1.0 / 13.0, 1.0 / 11.0, 1.0 / 9.0, 1.0 / 7.0, 1.0 / 5.0, 1.0 / 3.0, 1.0})
    series = series * t2 + c;
  return 2.0 * t * series + (exponent + 0.5) * 0.6931471805599453;
}

// Adds the content of the lanes to `total` and resets them. The mantissas of all lanes are multiplied first, so that a
// single logarithm suffices.
inline void fold(LossAccumulator& loss) {
  if (loss.factors == 0) return;
  double exponents = 0.0, mantissas = 1.0, linear = 0.0;
  for (int lane = 0; lane < 16; ++lane) {
    std::uint32_t bits;
    std::memcpy(&bits, &loss.product[lane], sizeof bits);
    exponents += static_cast<double>(static_cast<std::int32_t>(bits >> 23) - 127);
    bits = (bits & 0x007FFFFFu) | 0x3F800000u;
    float m;
    std::memcpy(&m, &bits, sizeof m);
    mantissas *= static_cast<double>(m);
    linear += static_cast<double>(loss.linear[lane]);
    loss.product[lane] = 1.0f;
    loss.linear[lane] = 0.0f;
  }
  loss.total += log_of_moderate(mantissas) + exponents * 0.6931471805599453 + linear;
  loss.factors = 0;
}

}  // namespace
}  // namespace wordkin::kernels
