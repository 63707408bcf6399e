// Sums over short vectors in a fixed order with several partial sums, so that compilers can vectorise them.
#pragma once

#include <cstdint>

namespace wordkin::heads {

// Sum of term(i) for i in [0, count).
template <typename Term>
float sum_of(std::int64_t count, const Term& term) {
  constexpr std::int64_t kLanes = 16;
  float sums[kLanes] = {};
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes)
    for (std::int64_t lane = 0; lane < kLanes; ++lane) sums[lane] += term(i + lane);
  float total = 0.0f;
  for (; i < count; ++i) total += term(i);
  for (const float sum : sums) total += sum;
  return total;
}

inline float dot(const float* a, const float* b, std::int64_t count) {
  return sum_of(count, [=](std::int64_t i) { return a[i] * b[i]; });
}

// sums: INOUT (count) += factor * values.
inline void add_scaled(float* sums, const float* values, float factor, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) sums[i] += factor * values[i];
}

}  // namespace wordkin::heads
