// exp, tanh and sigmoid on Vec. Included once per ISA, after its vec header.
#pragma once

#include <cstdint>

#include "kernels/vec.h"

namespace wordkin::kernels {
namespace {

// exp(x) for x <= 0; below -87 the result is 0 to within 1e-38. Range reduction to |r| <= ln 2 / 2 with a two-part ln 2
// (Cody and Waite) and a polynomial of degree 6 (Taylor coefficients, truncation error below 2^-25). Relative error
// below 2e-7.
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

// exp(x) for -87 <= x <= 87 as scale + scale * rest, where scale is a power of two and rest = e^r - 1 for |r| <= ln 2 /
// 2 is a minimax polynomial with relative error 2.3e-8. Propagates NaN.
struct ExpParts {
  Vec scale;
  Vec rest;
};

inline ExpParts exp_parts(Vec x) {
  const Vec shift = Vec::broadcast(kPowerShift);  // adding it rounds to an integer
  const Vec shifted = fma(x, Vec::broadcast(1.44269504f), shift);
  const Vec n = sub(shifted, shift);
  Vec r = fma(n, Vec::broadcast(-0.693145752f), x);
  r = fma(n, Vec::broadcast(-1.42860677e-6f), r);
  Vec q = Vec::broadcast(0.00138888729f);
  q = fma(q, r, Vec::broadcast(0.00836910401f));
  q = fma(q, r, Vec::broadcast(0.0416671373f));
  q = fma(q, r, Vec::broadcast(0.166665062f));
  q = fma(q, r, Vec::broadcast(0.49999997f));
  q = fma(q, r, Vec::broadcast(1.0f));
  return {power_of_shifted(shifted), mul(r, q)};
}

// This order of operands propagates NaN.
inline Vec within(Vec x, float low, float high) { return max(Vec::broadcast(low), min(Vec::broadcast(high), x)); }

// Quotients as numerator and denominator, so that code with several of them needs only one division. Denominators are
// in [1, 5e8], so that the product of four is representable as a float; beyond the range clipped for this purpose, the
// functions equal 1 to the last bit.
struct Quotient {
  Vec numerator;
  Vec denominator;
};

inline Quotient sigmoid_quotient(Vec x) {  // e^x / (1 + e^x)
  const ExpParts e = exp_parts(within(x, -87.0f, 20.0f));
  const Vec value = fma(e.scale, e.rest, e.scale);
  return {value, add(Vec::broadcast(1.0f), value)};
}

// (e^2x - 1) / (e^2x + 1), with a numerator that is accurate near zero.
inline Quotient tanh_quotient(Vec x) {
  const ExpParts e = exp_parts(within(add(x, x), -20.0f, 20.0f));
  const Vec less_one = fma(e.scale, e.rest, sub(e.scale, Vec::broadcast(1.0f)));
  return {less_one, add(Vec::broadcast(2.0f), less_one)};
}

// Relative error below 5e-7.
inline Vec tanh_of(Vec x) {
  const Quotient q = tanh_quotient(x);
  return div(q.numerator, q.denominator);
}

// sigmoid(z) from e = exp(-|z|), which the loss needs as well; there is no cancellation for either sign.
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
