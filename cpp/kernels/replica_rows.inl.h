// Combination of the changes that several copies of a matrix have made to its rows. Included once per ISA.
//
// Bound by memory bandwidth: every row of every copy is read and written once; the differences stay in the L1 cache.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/vec.h"

namespace wordkin::kernels {
namespace {

inline constexpr float kTinyNorm = 1e-20f;  // of a change whose direction is noise

inline float total_of(Vec lanes) {
  float parts[Vec::kWidth];
  lanes.store(parts);
  float total = 0.0f;
  for (const float part : parts) total += part;
  return total;
}

// differences: OUT (count, width) replicas - base, for one row. Returns whether any of them is not zero.
inline bool subtract_base(float* differences, const ReplicaRows& block, std::int64_t offset) {
  Vec sizes = Vec::zero();
  for (int i = 0; i < block.count; ++i) {
    const float* const row = block.replicas[i] + offset;
    float* const difference = differences + static_cast<std::int64_t>(i) * block.width;
    for (int c = 0; c < block.width; c += Vec::kWidth) {
      const Vec change = sub(Vec::load(row + c), Vec::load(block.base + offset + c));
      change.store(difference + c);
      sizes = add(sizes, abs(change));  // a sum keeps NaN, a maximum would not
    }
  }
  return !(total_of(sizes) == 0.0f);
}

// a: INOUT (width) (1 - <a, b> / 2 <a, a>) a + (1 - <a, b> / 2 <b, b>) b. b: IN (width).
inline void add_adaptively(float* a, const float* b, int width) {
  Vec products[3] = {Vec::zero(), Vec::zero(), Vec::zero()};
  for (int c = 0; c < width; c += Vec::kWidth) {
    const Vec x = Vec::load(a + c), y = Vec::load(b + c);
    products[0] = fma(x, y, products[0]);
    products[1] = fma(x, x, products[1]);
    products[2] = fma(y, y, products[2]);
  }
  const float product = total_of(products[0]), first = total_of(products[1]), second = total_of(products[2]);
  const Vec first_share = Vec::broadcast(first > kTinyNorm ? 1.0f - product / (2.0f * first) : 1.0f);
  const Vec second_share = Vec::broadcast(second > kTinyNorm ? 1.0f - product / (2.0f * second) : 1.0f);
  for (int c = 0; c < width; c += Vec::kWidth)
    fma(first_share, Vec::load(a + c), mul(second_share, Vec::load(b + c))).store(a + c);
}

inline void combine_replicas(const ReplicaRows& block) {
  for (std::int64_t row = 0; row < block.rows; ++row) {
    const std::int64_t offset = row * block.pitch;
    if (!subtract_base(block.scratch, block, offset)) continue;
    for (int step = 1; step < block.count; step *= 2)
      for (int i = 0; i + step < block.count; i += 2 * step)
        add_adaptively(block.scratch + static_cast<std::int64_t>(i) * block.width,
                       block.scratch + static_cast<std::int64_t>(i + step) * block.width, block.width);
    for (int c = 0; c < block.width; c += Vec::kWidth) {
      const Vec combined = add(Vec::load(block.base + offset + c), Vec::load(block.scratch + c));
      combined.store(block.base + offset + c);
      for (int i = 0; i < block.count; ++i) combined.store(block.replicas[i] + offset + c);
    }
  }
}

}  // namespace
}  // namespace wordkin::kernels
