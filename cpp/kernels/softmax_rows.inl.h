// The passes of a softmax over one row of scores. Included once per ISA.
//
// A row of 8192 floats fits the L1 or L2 cache, so three passes cost little more than one; nearly all of the time is
// spent on the exponentials, at about 14 operations per vector.
#pragma once

#include <cstdint>

#include "kernels/elementary.inl.h"
#include "kernels/vec.h"

namespace wordkin::kernels {
namespace {

inline void store_partial(float* p, Vec x, int count) {
  float lanes[Vec::kWidth];
  x.store(lanes);
  for (int i = 0; i < count; ++i) p[i] = lanes[i];
}

// The maximum over the lanes of four vectors.
inline float greatest_lane(Vec a, Vec b, Vec c, Vec d) {
  float lanes[Vec::kWidth];
  max(max(a, b), max(c, d)).store(lanes);
  float greatest = lanes[0];
  for (int i = 1; i < Vec::kWidth; ++i) greatest = lanes[i] > greatest ? lanes[i] : greatest;
  return greatest;
}

inline double sum_of_lanes(Vec x) {
  float lanes[Vec::kWidth];
  x.store(lanes);
  double sum = 0.0;
  for (const float lane : lanes) sum += static_cast<double>(lane);
  return sum;
}

// On most machines max ignores NaN, so non-finite values are detected by summing 0 * z, which is NaN for NaN and
// infinities.
inline float add_offsets(float* row, const float* offsets, std::int64_t count) {
  constexpr int kChains = 4;
  Vec greatest[kChains], poison = Vec::zero();
  for (auto& g : greatest) g = Vec::broadcast(kMasked);
  const auto take = [&](Vec z, Vec& chain) {
    chain = max(chain, z);
    poison = fma(z, Vec::zero(), poison);
    return z;
  };
  std::int64_t i = 0;
  for (; i + kChains * Vec::kWidth <= count; i += kChains * Vec::kWidth)
    for (int k = 0; k < kChains; ++k) {
      const std::int64_t at = i + k * Vec::kWidth;
      take(add(Vec::load(row + at), Vec::load(offsets + at)), greatest[k]).store(row + at);
    }
  for (; i + Vec::kWidth <= count; i += Vec::kWidth)
    take(add(Vec::load(row + i), Vec::load(offsets + i)), greatest[0]).store(row + i);
  if (i < count) {
    const int rest = static_cast<int>(count - i);
    const Vec z = add(Vec::load_partial(row + i, rest), Vec::load_partial(offsets + i, rest));
    store_partial(row + i, z, rest);
    for (int k = 0; k < rest; ++k) {  // one by one, because the padding zeros are not scores
      greatest[0] = max(greatest[0], Vec::broadcast(row[i + k]));
      poison = fma(Vec::broadcast(row[i + k]), Vec::zero(), poison);
    }
  }
  return greatest_lane(greatest[0], greatest[1], greatest[2], greatest[3]) + static_cast<float>(sum_of_lanes(poison));
}

// exp(x) for x <= 0, exactly 0 below kSmallestExponent, so that later products do not involve subnormal numbers, which
// cost about a hundred cycles each.
inline Vec flushed_exp(Vec x) {
  return select_nonnegative(sub(x, Vec::broadcast(kSmallestExponent)), exp_of_nonpositive(x), Vec::zero());
}

// Vectors of float sums are added to the double total after kSummed floats per lane.
inline double exponentials(float* results, const float* row, float greatest, std::int64_t count) {
  constexpr int kSummed = 32, kChains = 4;
  const Vec shift = Vec::broadcast(greatest);
  double total = 0.0;
  std::int64_t i = 0;
  while (i + kChains * Vec::kWidth <= count) {
    Vec sum = Vec::zero();
    for (int block = 0; block < kSummed / kChains && i + kChains * Vec::kWidth <= count; ++block) {
      Vec e[kChains];
      for (int k = 0; k < kChains; ++k) e[k] = flushed_exp(sub(Vec::load(row + i + k * Vec::kWidth), shift));
      for (int k = 0; k < kChains; ++k) e[k].store(results + i + k * Vec::kWidth);
      sum = add(sum, add(add(e[0], e[1]), add(e[2], e[3])));
      i += kChains * Vec::kWidth;
    }
    total += sum_of_lanes(sum);
  }
  for (; i < count; i += Vec::kWidth) {
    const int filled = count - i < Vec::kWidth ? static_cast<int>(count - i) : Vec::kWidth;
    float lanes[Vec::kWidth];
    flushed_exp(sub(Vec::load_partial(row + i, filled), shift)).store(lanes);
    for (int k = 0; k < filled; ++k) total += static_cast<double>(results[i + k] = lanes[k]);
  }
  return total;
}

inline void scale_and_add(float* row, float* sums, float factor, std::int64_t count) {
  const Vec scale = Vec::broadcast(factor);
  std::int64_t i = 0;
  for (; i + Vec::kWidth <= count; i += Vec::kWidth) {
    const Vec scaled = mul(scale, Vec::load(row + i));
    scaled.store(row + i);
    add(Vec::load(sums + i), scaled).store(sums + i);
  }
  for (; i < count; ++i) sums[i] += row[i] *= factor;
}

}  // namespace
}  // namespace wordkin::kernels
