// Consecutive windows of a document that train the vector of its tag alone (inference of PV-DM: Le and Mikolov 2014,
// section 2.2). Included once per ISA.
//
// Nothing is written but one row. The windows of a group use the tag as it was before all of them, so that their sums,
// scores and gradients do not wait for one another.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/row_sums.inl.h"
#include "kernels/row_update.inl.h"

namespace wordkin::kernels {
namespace {

// scores: OUT (R * G, rounded up to whole vectors) the scores of R hidden rows, each with G other output rows.
template <int R, int G>
WORDKIN_INLINE void score_separately(float* scores, const float* hidden, float* const* outputs, int width) {
  constexpr int kVectors = (R * G + Vec::kWidth - 1) / Vec::kWidth;
  Vec acc[kVectors * Vec::kWidth];
  for (auto& a : acc) a = Vec::zero();
  for (int c = 0; c < width; c += Vec::kWidth) {
    for (int r = 0; r < R; ++r) {
      const Vec x = Vec::load(hidden + static_cast<std::int64_t>(r) * width + c);
      for (int g = 0; g < G; ++g) acc[r * G + g] = fma(x, Vec::load(outputs[r * G + g] + c), acc[r * G + g]);
    }
  }
  for (int k = 0; k < kVectors; ++k) {
    Vec part[Vec::kWidth];
    for (int i = 0; i < Vec::kWidth; ++i) part[i] = acc[k * Vec::kWidth + i];
    sums(part).store(scores + k * Vec::kWidth);
  }
}

// One tile of hidden rows, each with a group of its outputs; adds the step of the tag to its row.
inline void tag_tile(const TagWindows& w, const float* hidden, int first_row, int first_output, float* change,
                     Prefetcher& prefetcher) {
  constexpr int R = Vec::kTileRows, G = kMaxGroup;
  constexpr int kFloats = (R * G + Vec::kWidth - 1) / Vec::kWidth * Vec::kWidth;
  alignas(64) float scores[kFloats], labels[kFloats] = {};
  float* outputs[R * G];
  const int row_count = w.positions - first_row < R ? w.positions - first_row : R;
  const int per_position = 1 + w.noise_count;
  const int count = per_position - first_output < G ? per_position - first_output : G;
  for (int r = 0; r < R; ++r) {
    const int position = first_row + (r < row_count ? r : 0);
    float* const* rows = w.outputs + static_cast<std::int64_t>(position) * per_position + first_output;
    const float share = w.is_mean ? 1.0f : 1.0f / static_cast<float>(w.input_counts[position]);
    for (int g = 0; g < G; ++g) {
      outputs[r * G + g] = rows[g < count ? g : 0];
      if (r < row_count && g < count) labels[r * G + g] = first_output + g == 0 ? share : -share;  // substitutes: 0
    }
  }
  score_separately<R, G>(scores, hidden + static_cast<std::int64_t>(first_row) * w.width, outputs, w.width);
  const Vec zero = Vec::zero(), rate = Vec::broadcast(w.rate);
  for (int k = 0; k < kFloats; k += Vec::kWidth) {
    const Vec label = Vec::load(labels + k), score = Vec::load(scores + k);
    const Vec minus_z = select_nonnegative(label, sub(zero, score), score);
    mul(mul(rate, label), sigmoid_from(exp_of_nonpositive(sub(zero, abs(score))), minus_z)).store(scores + k);
  }
  Window rows{};
  rows.outputs.rows = outputs;
  rows.outputs.count = row_count * G;
  rows.width = w.width;
  apply_row<true>(rows, hidden, scores, change, prefetcher);
  add_change(w.tag, change, 1.0f, w.width);
}

inline void tag_windows(const TagWindows& w) {
  float* hidden = w.scratch;  // (kMaxPositions, width); rows past the last position have unspecified finite values
  float* change = hidden + static_cast<std::int64_t>(kMaxPositions) * w.width;
  Prefetcher prefetcher{w.next_rows, w.width};
  float* const* inputs = w.inputs;
  for (int p = 0; p < w.positions; ++p) {
    const int count = w.input_counts[p];
    sum_rows(hidden + static_cast<std::int64_t>(p) * w.width, inputs, count,
             w.is_mean ? 1.0f / static_cast<float>(count) : 1.0f, w.width);
    inputs += count;
    for (int row = 0; row < 4; ++row) prefetcher.fetch_row();
  }
  for (int first_row = 0; first_row < w.positions; first_row += Vec::kTileRows)
    for (int first_output = 0; first_output <= w.noise_count; first_output += kMaxGroup)
      tag_tile(w, hidden, first_row, first_output, change, prefetcher);
  prefetcher.fetch_rest();
}

}  // namespace
}  // namespace wordkin::kernels
