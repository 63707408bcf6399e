// exp, exp - 1, tanh and sigmoid on Vec. Included once per ISA, after its vec header.
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

// exp(x) for x <= 0 in parts: scale + scale * rest, with scale a power of two and rest = e^r - 1 for |r| <= ln 2 / 2 by
// a minimax polynomial of relative error 2.3e-8. Of x below -87 the parts of exp(-87); NaN stays NaN.
struct ExpParts {
  Vec scale;
  Vec rest;
};

inline ExpParts exp_parts_of_nonpositive(Vec x) {
  x = max(Vec::broadcast(-87.0f), x);  // in this order a NaN passes
  const Vec n = round(mul(x, Vec::broadcast(1.44269504f)));
  Vec r = fma(n, Vec::broadcast(-0.693145752f), x);
  r = fma(n, Vec::broadcast(-1.42860677e-6f), r);
  Vec q = Vec::broadcast(0.00138888729f);
  q = fma(q, r, Vec::broadcast(0.00836910401f));
  q = fma(q, r, Vec::broadcast(0.0416671373f));
  q = fma(q, r, Vec::broadcast(0.166665062f));
  q = fma(q, r, Vec::broadcast(0.49999997f));
  q = fma(q, r, Vec::broadcast(1.0f));
  return {scale_by_power(Vec::broadcast(1.0f), n), mul(r, q)};
}

inline Vec exp_of(ExpParts e) { return fma(e.scale, e.rest, e.scale); }

// Relative error below 3e-7 also next to zero, where exp(x) - 1 from exp(x) would lose its digits.
inline Vec exp_minus_one_of(ExpParts e) { return fma(e.scale, e.rest, sub(e.scale, Vec::broadcast(1.0f))); }

// tanh(x) = sign(x) * (1 - e) / (1 + e) with e = exp(-2 |x|), as numerator and denominator: whoever has several
// quotients can divide once.
struct Quotient {
  Vec numerator;
  Vec denominator;  // in [1, 2]
};

inline Quotient tanh_quotient(Vec x) {
  const Vec e = exp_minus_one_of(exp_parts_of_nonpositive(mul(Vec::broadcast(-2.0f), abs(x))));
  return {select_nonnegative(x, sub(Vec::zero(), e), e), add(Vec::broadcast(2.0f), e)};
}

// Relative error below 5e-7.
inline Vec tanh_of(Vec x) {
  const Quotient q = tanh_quotient(x);
  return div(q.numerator, q.denominator);
}

inline Quotient sigmoid_quotient(Vec x) {
  const Vec one = Vec::broadcast(1.0f);
  const Vec e = exp_of(exp_parts_of_nonpositive(sub(Vec::zero(), abs(x))));
  return {select_nonnegative(x, one, e), add(one, e)};
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
