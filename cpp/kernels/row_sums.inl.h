// Sums of rows, and the addition of one change to many rows: the vectors of words that are composed from the rows of
// their subwords. Included once per ISA.
//
// Bound by memory: the rows of a word are scattered over a matrix that exceeds the caches. Up to 8 vectors of the sum
// stay in registers, so that each row is read in one pass.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/vec.h"

namespace wordkin::kernels {
namespace {

inline constexpr int kSumVectors = 8;

template <int B>
struct SumBlock {
  static void run(float* sum, const float* const* rows, std::int64_t count, float scale, int c) {
    Vec total[B];
    for (auto& part : total) part = Vec::zero();
    for (std::int64_t i = 0; i < count; ++i) {
      const float* row = rows[i] + c;
      for (int b = 0; b < B; ++b) total[b] = add(total[b], Vec::load(row + b * Vec::kWidth));
    }
    for (int b = 0; b < B; ++b) mul(Vec::broadcast(scale), total[b]).store(sum + c + b * Vec::kWidth);
  }
};

template <int B>
struct ChangeBlock {
  static void run(const RowChange& change, int c) {
    Vec step[B];
    for (int b = 0; b < B; ++b) {
      const int at = c + b * Vec::kWidth;
      step[b] = mul(Vec::broadcast(change.scale), sub(Vec::load(change.after + at), Vec::load(change.before + at)));
    }
    for (std::int64_t i = 0; i < change.count; ++i) {
      float* row = change.rows[i] + c;
      for (int b = 0; b < B; ++b) {
        const Vec old = Vec::load(row + b * Vec::kWidth);
        const Vec changed =
            change.factors == nullptr ? add(old, step[b]) : fma(Vec::broadcast(change.factors[i]), step[b], old);
        changed.store(row + b * Vec::kWidth);
      }
    }
  }
};

// Widths are multiples of kRowMultiple floats, and so is each block of columns.
inline constexpr int kBlockUnit = kRowMultiple / Vec::kWidth;  // vectors
static_assert(kBlockUnit > 0 && kSumVectors % kBlockUnit == 0);

// Calls Block<B>::run for B = vectors.
template <template <int> typename Block, int B = kSumVectors, typename... Arguments>
inline void with_vectors(int vectors, const Arguments&... arguments) {
  if constexpr (B > kBlockUnit) {
    if (vectors < B) return with_vectors<Block, B - kBlockUnit>(vectors, arguments...);
  }
  Block<B>::run(arguments...);
}

inline int vectors_left(int width, int c) {
  const int vectors = (width - c) / Vec::kWidth;
  return vectors < kSumVectors ? vectors : kSumVectors;
}

inline void sum_rows(float* sum, const float* const* rows, std::int64_t count, float scale, int width) {
  for (int c = 0; c < width; c += kSumVectors * Vec::kWidth)
    with_vectors<SumBlock>(vectors_left(width, c), sum, rows, count, scale, c);
}

inline void change_rows(const RowChange& change) {
  for (int c = 0; c < change.width; c += kSumVectors * Vec::kWidth)
    with_vectors<ChangeBlock>(vectors_left(change.width, c), change, c);
}

}  // namespace
}  // namespace wordkin::kernels
