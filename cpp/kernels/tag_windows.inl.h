// Consecutive windows of a document that train the vector of its tag alone: the inference of PV-DM, tag_windows, and of
// PV-DBOW, tag_words (Le and Mikolov 2014, sections 2.2 and 2.3). Included once per ISA.
//
// Nothing is written but one row. The windows of PV-DM are in groups that use the tag as it was before all of them, so
// that their scores and gradients do not wait for one another. Their sums of words do not depend on the tag at all:
// they are computed for all windows first, in an order in which the number of rows seldom changes, because a loop of
// random length would cost a mispredicted branch per window.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/row_sums.inl.h"
#include "kernels/window_update.inl.h"

namespace wordkin::kernels {
namespace {

// hidden: OUT (positions, width) B vectors of columns from c of the sums of the words around each position.
template <int B>
struct ContextBlock {
  static void run(const TagWindows& w, float* hidden, int c) {
    for (int k = 0; k < w.positions; ++k) {
      const TagContext& context = w.contexts[w.order[k]];
      Vec total[B];
      for (auto& part : total) part = Vec::zero();
      add_rows(total, w.words + context.begin, w.words + context.position, c);
      add_rows(total, w.words + context.position + 1, w.words + context.end, c);
      float* out = hidden + static_cast<std::int64_t>(w.order[k]) * w.width + c;
      for (int b = 0; b < B; ++b) total[b].store(out + b * Vec::kWidth);
    }
  }

  static WORDKIN_INLINE void add_rows(Vec (&total)[B], const float* const* row, const float* const* end, int c) {
    for (; row != end; ++row) {
      const float* const values = *row + c;
      for (int b = 0; b < B; ++b) total[b] = add(total[b], Vec::load(values + b * Vec::kWidth));
    }
  }
};

// The scores of a position have kScoreLanes lanes, of which kMaxGroup are used, so that whole vectors hold whole
// positions.
inline constexpr int kScoreLanes = 8;
inline constexpr int kGroupScores = kMaxPositions * kScoreLanes;
static_assert(kMaxGroup <= kScoreLanes && (Vec::kWidth % kScoreLanes == 0 || kScoreLanes % Vec::kWidth == 0));

// tag += sum_j g_j y_j for B vectors of columns from c, and prefetches the same columns of other rows.
template <int B>
struct TagStepBlock {
  static void run(float* tag, const float* const* rows, const float* gradients, int positions, int count, int stride,
                  int ahead, int c) {
    constexpr int kLineVectors = 16 / Vec::kWidth;
    Vec sum[B];
    for (auto& part : sum) part = Vec::zero();
    for (int p = 0; p < positions; ++p) {
      for (int g = 0; g < count; ++g) {
        const Vec gradient = Vec::broadcast(gradients[p * kScoreLanes + g]);
        const float* const row = rows[g] + c;
        const float* const next = rows[ahead + g] + c;
        for (int b = 0; b < B; ++b) {
          sum[b] = fma(gradient, Vec::load(row + b * Vec::kWidth), sum[b]);
          if (b % kLineVectors == 0) prefetch(next + b * Vec::kWidth);
        }
      }
      rows += stride;
    }
    for (int b = 0; b < B; ++b) add(Vec::load(tag + c + b * Vec::kWidth), sum[b]).store(tag + c + b * Vec::kWidth);
  }
};

// Positions whose scores fill a vector.
inline constexpr int kTogether = Vec::kWidth > kScoreLanes ? Vec::kWidth / kScoreLanes : 1;
static_assert(kTogether <= 2);

// Calls use(sums, index of the first one) for the sums over the lanes of each element, a vector at a time.
template <int N, typename Use>
WORDKIN_INLINE void over_parts(const Vec (&acc)[N], const Use& use) {
  constexpr int kPart = Vec::kWidth < N ? Vec::kWidth : N;
  for (int k = 0; k < N; k += kPart) {
    Vec part[kPart];
    for (int i = 0; i < kPart; ++i) part[i] = acc[k + i];
    use(sums(part), k);
  }
}

// acc: OUT the products of a hidden row with kMaxGroup rows, not yet summed over the lanes, and zeros.
WORDKIN_INLINE void multiply_hidden(Vec* acc, const TagWindows& w, const float* sum, float scale,
                                    const float* const* outputs, int count) {
  constexpr int G = kMaxGroup;
  const float* rows[G];
  for (int g = 0; g < G; ++g) rows[g] = outputs[g < count ? g : 0];  // the scores of substitutes are not used
  const Vec factor = Vec::broadcast(scale);
  const Vec first = mul(factor, add(Vec::load(sum), Vec::load(w.tag)));
  for (int g = 0; g < G; ++g) acc[g] = mul(first, Vec::load(rows[g]));
  for (int g = G; g < kScoreLanes; ++g) acc[g] = Vec::zero();
  for (int c = Vec::kWidth; c < w.width; c += Vec::kWidth) {
    const Vec x = mul(factor, add(Vec::load(sum + c), Vec::load(w.tag + c)));
    for (int g = 0; g < G; ++g) acc[g] = fma(x, Vec::load(rows[g] + c), acc[g]);
  }
}

// gradients: OUT (kGroupScores) of a group of positions, each with a group of its outputs.
WORDKIN_INLINE void tag_gradients(const TagWindows& w, const float* hidden, int first, int positions, int first_output,
                                  float* gradients) {
  alignas(64) static constexpr float kSigns[2 * kScoreLanes] = {1, -1, -1, -1, -1, -1, -1, -1,
                                                                1, -1, -1, -1, -1, -1, -1, -1};
  alignas(64) float steps[kGroupScores + 16];
  const int per_position = 1 + w.noise_count;
  const int count = per_position - first_output < kMaxGroup ? per_position - first_output : kMaxGroup;
  const auto multiply = [&](Vec* acc, int p) {
    const int position = first + (p < positions ? p : 0);
    const float inverse = 1.0f / static_cast<float>(inputs_of(w.contexts[position]));
    const Vec step = Vec::broadcast(w.is_mean ? w.rate : w.rate * inverse);
    for (int k = 0; k < kScoreLanes; k += Vec::kWidth) step.store(steps + p * kScoreLanes + k);
    multiply_hidden(acc, w, hidden + static_cast<std::int64_t>(position) * w.width, w.is_mean ? inverse : 1.0f,
                    w.outputs + static_cast<std::int64_t>(position) * per_position + first_output, count);
  };
  for (int p = 0; p < kMaxPositions; p += kTogether) {
    Vec acc[kTogether * kScoreLanes];
    multiply(acc, p);
    if (kTogether > 1) multiply(acc + kScoreLanes * (kTogether - 1), p + 1);
    over_parts(acc, [&](Vec scores, int k) { scores.store(gradients + p * kScoreLanes + k); });
  }
  const Vec zero = Vec::zero(), negative = Vec::broadcast(-1.0f);
  for (int k = 0; k < kGroupScores; k += Vec::kWidth) {
    const Vec sign = first_output == 0 ? Vec::load(kSigns + k % kScoreLanes) : negative;
    const Vec score = Vec::load(gradients + k);
    const Vec minus_z = select_nonnegative(sign, sub(zero, score), score);
    mul(mul(Vec::load(steps + k), sign), sigmoid_from(exp_of_nonpositive(sub(zero, abs(score))), minus_z))
        .store(gradients + k);
  }
}

// The sums of the words of all positions, while the first output rows are prefetched.
WORDKIN_INLINE void begin_tag_windows(const TagWindows& w) {
  for (int row = 0; row < kPrefetchedPositions * (1 + w.noise_count); ++row)
    for (int c = 0; c < w.width; c += 16) prefetch(w.outputs[row] + c);
  for (int c = 0; c < w.width; c += kSumVectors * Vec::kWidth)
    with_vectors<ContextBlock>(vectors_left(w.width, c), w, w.scratch, c);
}

inline int positions_of_group(const TagWindows& w, int first) {
  return w.positions - first < kMaxPositions ? w.positions - first : kMaxPositions;
}

inline float* gradients_of(const TagWindows& w, int first_output) {
  return w.scratch + kMaxTagPositions * static_cast<std::int64_t>(w.width) + first_output / kMaxGroup * kGroupScores;
}

WORDKIN_INLINE void tag_step(const TagWindows& w, int first) {
  const int positions = positions_of_group(w, first), per_position = 1 + w.noise_count;
  for (int p = 0; p < positions; p += Vec::kTileRows) {
    const int rows = positions - p < Vec::kTileRows ? positions - p : Vec::kTileRows;
    for (int output = 0; output < per_position; output += kMaxGroup) {
      const int count = per_position - output < kMaxGroup ? per_position - output : kMaxGroup;
      for (int c = 0; c < w.width; c += kSumVectors * Vec::kWidth)
        with_vectors<TagStepBlock>(vectors_left(w.width, c), w.tag, w.outputs + (first + p) * per_position + output,
                                   gradients_of(w, output) + p * kScoreLanes, rows, count, per_position,
                                   kPrefetchedPositions * per_position, c);
    }
  }
}

// The score of the tag with each of kScoreLanes rows becomes a gradient. gradients: OUT (kScoreLanes, rounded up to
// whole vectors).
WORDKIN_INLINE void word_gradients(const TagWords& w, const float* const* outputs, const float* weights,
                                   float* gradients) {
  constexpr int N = kScoreLanes;
  Vec acc[N];
  const Vec first = Vec::load(w.tag);
  for (int g = 0; g < N; ++g) acc[g] = mul(first, Vec::load(outputs[g]));
  for (int c = Vec::kWidth; c < w.width; c += Vec::kWidth) {
    const Vec x = Vec::load(w.tag + c);
    for (int g = 0; g < N; ++g) acc[g] = fma(x, Vec::load(outputs[g] + c), acc[g]);
  }
  const Vec zero = Vec::zero(), rate = Vec::broadcast(w.rate);
  over_parts(acc, [&](Vec score, int k) {
    const Vec weight = Vec::load(weights + k);
    const Vec minus_z = select_nonnegative(weight, sub(zero, score), score);
    mul(mul(rate, weight), sigmoid_from(exp_of_nonpositive(sub(zero, abs(score))), minus_z)).store(gradients + k);
  });
}

inline void tag_words(const TagWords& w) {
  for (int row = 0; row < kPrefetchedTagWords * w.stride; ++row)
    for (int c = 0; c < w.width; c += 16) prefetch(w.outputs[row] + c);
  for (int window = 0; window < w.windows; ++window) {
    const float* const* outputs = w.outputs + static_cast<std::int64_t>(window) * w.stride;
    const float* weights = w.weights + static_cast<std::int64_t>(window) * w.stride;
    for (int first = 0; first < w.counts[window]; first += kScoreLanes)
      word_gradients(w, outputs + first, weights + first, w.scratch + first);
    for (int c = 0; c < w.width; c += kSumVectors * Vec::kWidth)
      with_vectors<TagStepBlock>(vectors_left(w.width, c), w.tag, outputs, w.scratch, 1, w.counts[window], 0,
                                 kPrefetchedTagWords * w.stride, c);
  }
}

inline void tag_windows(const TagWindows& w) {
  begin_tag_windows(w);
  for (int first = 0; first < w.positions; first += kMaxPositions) {
    for (int output = 0; output <= w.noise_count; output += kMaxGroup)
      tag_gradients(w, w.scratch, first, positions_of_group(w, first), output, gradients_of(w, output));
    tag_step(w, first);
  }
}

}  // namespace
}  // namespace wordkin::kernels
