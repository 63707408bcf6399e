// exp and sigmoid on Vec. Included once per ISA, after its vec header.
#pragma once

#include <cstdint>

#include "kernels/vec.h"

namespace wordkin::kernels {
namespace {

// exp(x) for x <= 0; 0 to within 1e-38 below -87. Range reduction to |r| <= ln 2 / 2 by a two-part ln 2 (Cody and
// Waite) and a degree-6 polynomial (Taylor coefficients; the truncation is below 2^-25 there). Relative error below
// 2e-7.
inline Vec exp_of_nonpositive(Vec x) {
  x = max(x, Vec::broadcast(-87.0f));
  const Vec n = round(mul(x, Vec::broadcast(1.44269504f)));
  Vec r = fma(n, Vec::broadcast(-0.693145752f), x);
  r = fma(n, Vec::broadcast(-1.42860677e-6f), r);
  Vec p = Vec::broadcast(1.0f / 720.0f);
  p = fma(p, r, Vec::broadcast(1.0f / 120.0f));
  p = fma(p, r, Vec::broadcast(1.0f / 24.0f));
  p = fma(p, r, Vec::broadcast(1.0f / 6.0f));
  p = fma(p, r, Vec::broadcast(0.5f));
  p = fma(p, r, Vec::broadcast(1.0f));
  p = fma(p, r, Vec::broadcast(1.0f));
  return scale_by_power(p, n);
}

// sigmoid(z) from e = exp(-|z|), which the loss needs as well: no cancellation on either side.
inline Vec sigmoid_from(Vec e, Vec z) {
  const Vec one = Vec::broadcast(1.0f);
  return div(select_nonnegative(z, one, e), add(one, e));
}

inline void sigmoid(float* values, std::int64_t count) {
  for (std::int64_t i = 0; i < count; i += Vec::kWidth) {
    float block[Vec::kWidth] = {};
    const int filled = count - i < Vec::kWidth ? static_cast<int>(count - i) : Vec::kWidth;
    for (int k = 0; k < filled; ++k) block[k] = values[i + k];
    const Vec z = Vec::load(block);
    sigmoid_from(exp_of_nonpositive(sub(Vec::zero(), abs(z))), z).store(block);
    for (int k = 0; k < filled; ++k) values[i + k] = block[k];
  }
}

}  // namespace
}  // namespace wordkin::kernels
