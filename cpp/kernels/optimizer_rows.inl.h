// Optimizer steps over a span of one parameter, and the squared norm of a gradient. Included once per ISA.
//
// Bound by memory bandwidth: Adagrad reads and writes five streams, Adam seven; the square root and the division per
// vector overlap with the memory accesses.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/softmax_rows.inl.h"
#include "kernels/vec.h"

namespace wordkin::kernels {
namespace {

struct AdagradVecs {
  Vec rate, scale;

  explicit AdagradVecs(const AdagradStep& step)
      : rate(Vec::broadcast(step.rate)), scale(Vec::broadcast(step.gradient_scale)) {}

  // Updates both in place.
  void apply(Vec& weight, Vec& accumulator, Vec gradient) const {
    const Vec g = mul(scale, gradient);
    accumulator = fma(g, g, accumulator);
    weight = sub(weight, div(mul(rate, g), sqrt(accumulator)));
  }
};

inline void adagrad(float* weights, float* accumulator, const float* gradient, std::int64_t count,
                    const AdagradStep& step) {
  const AdagradVecs vecs(step);
  std::int64_t i = 0;
  for (; i + Vec::kWidth <= count; i += Vec::kWidth) {
    Vec w = Vec::load(weights + i), a = Vec::load(accumulator + i);
    vecs.apply(w, a, Vec::load(gradient + i));
    w.store(weights + i);
    a.store(accumulator + i);
  }
  if (i == count) return;
  const int rest = static_cast<int>(count - i);
  Vec w = Vec::load_partial(weights + i, rest), a = Vec::load_partial(accumulator + i, rest);
  vecs.apply(w, a, Vec::load_partial(gradient + i, rest));  // 0 / 0 in the unused lanes, which are not stored
  store_partial(weights + i, w, rest);
  store_partial(accumulator + i, a, rest);
}

struct AdamVecs {
  Vec rate, scale, first_share, second_share, second_correction, epsilon;

  explicit AdamVecs(const AdamStep& step)
      : rate(Vec::broadcast(step.corrected_rate)),
        scale(Vec::broadcast(step.gradient_scale)),
        first_share(Vec::broadcast(step.first_share)),
        second_share(Vec::broadcast(step.second_share)),
        second_correction(Vec::broadcast(step.second_correction)),
        epsilon(Vec::broadcast(step.epsilon)) {}

  // m + (1 - b1) (g - m): 1 - b1 is accurate in float32, whereas rounding b2 = 0.999 itself would change 1 - b2 by a
  // relative 1e-5.
  void apply(Vec& weight, Vec& first, Vec& second, Vec gradient) const {
    const Vec g = mul(scale, gradient);
    first = fma(first_share, sub(g, first), first);
    second = fma(second_share, sub(mul(g, g), second), second);
    const Vec root = sqrt(mul(second_correction, second));
    weight = sub(weight, div(mul(rate, first), add(root, epsilon)));
  }
};

inline void adam(float* weights, float* first, float* second, const float* gradient, std::int64_t count,
                 const AdamStep& step) {
  const AdamVecs vecs(step);
  std::int64_t i = 0;
  for (; i + Vec::kWidth <= count; i += Vec::kWidth) {
    Vec w = Vec::load(weights + i), m = Vec::load(first + i), v = Vec::load(second + i);
    vecs.apply(w, m, v, Vec::load(gradient + i));
    w.store(weights + i);
    m.store(first + i);
    v.store(second + i);
  }
  if (i == count) return;
  const int rest = static_cast<int>(count - i);
  Vec w = Vec::load_partial(weights + i, rest), m = Vec::load_partial(first + i, rest),
      v = Vec::load_partial(second + i, rest);
  vecs.apply(w, m, v, Vec::load_partial(gradient + i, rest));
  store_partial(weights + i, w, rest);
  store_partial(first + i, m, rest);
  store_partial(second + i, v, rest);
}

// In float64, so that neither large nor small elements lose precision; 16 partial sums, which the compiler keeps in
// vectors.
inline double squared_norm(const float* values, std::int64_t count) {
  constexpr int kLanes = 16;
  double sums[kLanes] = {};
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes)
    for (int k = 0; k < kLanes; ++k) {
      const auto value = static_cast<double>(values[i + k]);
      sums[k] += value * value;
    }
  double total = 0.0;
  for (; i < count; ++i) total += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  for (const double sum : sums) total += sum;
  return total;
}

}  // namespace
}  // namespace wordkin::kernels
