// Scores and updates of the output rows of a linear classifier, and the nearest centroids of product quantisation.
// Included once per ISA.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/vec.h"
#include "kernels/window_update.inl.h"

namespace wordkin::kernels {
namespace {

inline void dot_rows(float* scores, const float* vector, float* const* rows, std::int64_t count, int width) {
  constexpr int kRows = 8;
  alignas(64) float found[Vec::kWidth > kRows ? Vec::kWidth : kRows];
  for (std::int64_t first = 0; first < count; first += kRows) {
    const int filled = count - first < kRows ? static_cast<int>(count - first) : kRows;
    score_row<kRows>(found, vector, rows + first, filled, width);
    for (int k = 0; k < filled; ++k) scores[first + k] = found[k];
  }
}

template <int N>
WORDKIN_INLINE void update_some_outputs(float* change, float* const* rows, const float* gradients, const float* hidden,
                                        int width) {
  Vec gradient[N];
  for (int k = 0; k < N; ++k) gradient[k] = Vec::broadcast(gradients[k]);
  for (int c = 0; c < width; c += Vec::kWidth) {
    Vec sum = Vec::load(change + c);
    const Vec x = Vec::load(hidden + c);
    for (int k = 0; k < N; ++k) {
      const Vec y = Vec::load(rows[k] + c);
      sum = fma(gradient[k], y, sum);
      fma(gradient[k], x, y).store(rows[k] + c);
    }
    sum.store(change + c);
  }
}

inline void update_outputs(float* change, float* const* rows, const float* gradients, const float* hidden,
                           std::int64_t count, int width) {
  constexpr int kRows = 4;
  std::int64_t j = 0;
  for (; j + kRows <= count; j += kRows) update_some_outputs<kRows>(change, rows + j, gradients + j, hidden, width);
  for (; j < count; ++j) update_some_outputs<1>(change, rows + j, gradients + j, hidden, width);
}

inline void nearest_centroids(std::uint8_t* codes, const float* points, std::int64_t count,
                              const Centroids& centroids) {
  for (std::int64_t i = 0; i < count; ++i, points += centroids.pitch) {
    Vec best = Vec::broadcast(-3e38f), index = Vec::zero();
    Vec number;
    {
      float lanes[Vec::kWidth];
      for (int lane = 0; lane < Vec::kWidth; ++lane) lanes[lane] = static_cast<float>(lane);
      number = Vec::load(lanes);
    }
    const Vec step = Vec::broadcast(static_cast<float>(Vec::kWidth));
    for (int k = 0; k < kCodes; k += Vec::kWidth) {
      Vec score = Vec::load(centroids.offsets + k);
      for (int d = 0; d < centroids.columns; ++d)
        score = fma(Vec::broadcast(points[d]), Vec::load(centroids.columns_of_all + d * kCodes + k), score);
      index = select_nonnegative(sub(best, score), index, number);  // the first of equal scores
      best = max(best, score);
      number = add(number, step);
    }
    float scores[Vec::kWidth], indices[Vec::kWidth];
    best.store(scores);
    index.store(indices);
    int nearest = 0;
    for (int lane = 1; lane < Vec::kWidth; ++lane)
      if (scores[lane] > scores[nearest] || (scores[lane] == scores[nearest] && indices[lane] < indices[nearest]))
        nearest = lane;
    codes[i] = static_cast<std::uint8_t>(indices[nearest]);
  }
}

}  // namespace
}  // namespace wordkin::kernels
