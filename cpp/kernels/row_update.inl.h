// The update of one window with a single input row, and the windows of each architecture. Included once per ISA.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/vec.h"
#include "kernels/window_update.inl.h"

namespace wordkin::kernels {
namespace {

// A single score, in several sums, because one would wait for each addition. scores: OUT (one vector).
WORDKIN_INLINE void score_single(float* scores, const float* x, const float* y, int width) {
  constexpr int kSums = 4, kBlock = kSums * Vec::kWidth;
  Vec acc[kSums];
  for (auto& a : acc) a = Vec::zero();
  int c = 0;
  for (; c + kBlock <= width; c += kBlock)
    for (int k = 0; k < kSums; ++k)
      acc[k] = fma(Vec::load(x + c + k * Vec::kWidth), Vec::load(y + c + k * Vec::kWidth), acc[k]);
  for (; c < width; c += Vec::kWidth) acc[0] = fma(Vec::load(x + c), Vec::load(y + c), acc[0]);
  Vec part[Vec::kWidth];
  for (int i = 1; i < Vec::kWidth; ++i) part[i] = Vec::zero();
  part[0] = add(add(acc[0], acc[1]), add(acc[2], acc[3]));
  sums(part).store(scores);
}

// A window with a single input row: all of CBOW, and the ends of sentences for skip-gram.
//
// With one row there is no tile to fill. Instead, many outputs share its loads, and they do not need to stay in
// registers.
template <int N>
WORDKIN_INLINE void score_row(float* scores, const float* x, float* const* outputs, int count, int width) {
  const float* rows[N];
  for (int g = 0; g < N; ++g) rows[g] = outputs[g < count ? g : 0];  // the substitute for a missing row is not used
  // Not set to zero first: GCC does that with instructions that clear memory, which take longer than the products.
  Vec acc[N];
  const Vec first = Vec::load(x);
  for (int g = 0; g < N; ++g) acc[g] = mul(first, Vec::load(rows[g]));
  for (int c = Vec::kWidth; c < width; c += Vec::kWidth) {
    const Vec column = Vec::load(x + c);
    for (int g = 0; g < N; ++g) acc[g] = fma(column, Vec::load(rows[g] + c), acc[g]);
  }
  if constexpr (N <= Vec::kWidth) {
    sums(acc).store(scores);
  } else {
    for (int k = 0; k < N; k += Vec::kWidth) {
      Vec part[Vec::kWidth];
      for (int i = 0; i < Vec::kWidth; ++i) part[i] = acc[k + i];
      sums(part).store(scores + k);
    }
  }
}

template <int N>
inline void gradients_of_row(const Window& w, const float* x, int first, float* scores) {
  const int count = w.outputs.count - first < N ? w.outputs.count - first : N;
  constexpr int kLanes = (N + Vec::kWidth - 1) / Vec::kWidth * Vec::kWidth;
  Pattern pattern;
  for (float* part : {pattern.signs, pattern.repeats}) {
    const float* source = (part == pattern.signs ? w.outputs.signs : w.outputs.repeats) + first;
    for (int k = 0; k < N; k += Vec::kWidth) Vec::load(source + k).store(part + k);
    for (int k = count; k < kLanes; k += Vec::kWidth) Vec::zero().store(part + k);
  }
  if constexpr (N == 1) {
    score_single(scores, x, w.outputs.rows[first], w.width);
  } else {
    score_row<N>(scores, x, w.outputs.rows + first, count, w.width);
  }
  finish_tile(w, scores, N, pattern);
}

// change: OUT (width) sum_j g_j y_j; y_j += g_j x unless frozen. x and change may be the same row.
template <int B, bool kFrozen>
WORDKIN_INLINE void apply_row_block(const Window& w, const float* x, const float* gradients, float* change, int c) {
  Vec column[B], sum[B];
  for (int b = 0; b < B; ++b) {
    column[b] = Vec::load(x + c + b * Vec::kWidth);
    sum[b] = Vec::zero();
  }
  for (int j = 0; j < w.outputs.count; ++j) {
    const Vec gradient = Vec::broadcast(gradients[j]);
    float* row = w.outputs.rows[j] + c;
    for (int b = 0; b < B; ++b) {
      const Vec y = Vec::load(row + b * Vec::kWidth);
      sum[b] = fma(gradient, y, sum[b]);
      if constexpr (!kFrozen) fma(gradient, column[b], y).store(row + b * Vec::kWidth);
    }
  }
  for (int b = 0; b < B; ++b) sum[b].store(change + c + b * Vec::kWidth);
}

// A number of vectors, as the type of an argument.
template <int N>
struct Vectors {};

// Calls block(Vectors<B>, column) for blocks of B vectors that cover all columns.
template <typename Block>
WORDKIN_INLINE void over_columns(int width, const Block& block) {
  int c = 0;
  for (; c + 4 * Vec::kWidth <= width; c += 4 * Vec::kWidth) block(Vectors<4>{}, c);
  if (c + 2 * Vec::kWidth <= width) {
    block(Vectors<2>{}, c);
    c += 2 * Vec::kWidth;
  }
  if (c < width) block(Vectors<1>{}, c);
}

template <bool kFrozen>
WORDKIN_INLINE void apply_row(const Window& w, const float* x, const float* gradients, float* change,
                              Prefetcher& prefetcher) {
  over_columns(w.width, [&]<int B>(Vectors<B>, int c) {
    apply_row_block<B, kFrozen>(w, x, gradients, change, c);
    prefetcher.fetch_row();
  });
}

// As apply_frozen_group.
WORDKIN_NOINLINE inline int apply_frozen_row(const Window& w, const float* x, const float* gradients, float* change,
                                             Prefetcher prefetcher) {
  apply_row<true>(w, x, gradients, change, prefetcher);
  return prefetcher.row;
}

// gradients: OUT (outputs.count, rounded up to whole groups)
WORDKIN_INLINE void gradients_of_outputs(const Window& w, const float* x, float* gradients, Prefetcher& prefetcher) {
  constexpr int kMax = Vec::kWidth == 16 ? 16 : 8;  // outputs at a time, limited by the number of registers
  for (int first = 0; first < w.outputs.count; first += kMax) {
    prefetcher.fetch_row();
    if (w.outputs.count - first > 8) {
      gradients_of_row<kMax>(w, x, first, gradients + first);
    } else {
      gradients_of_row<8>(w, x, first, gradients + first);
    }
    prefetcher.fetch_row();
  }
}

WORDKIN_INLINE void apply_outputs(const Window& w, const float* x, const float* gradients, float* change,
                                  Prefetcher& prefetcher) {
  if (w.outputs.is_frozen) [[unlikely]] {
    prefetcher.row = apply_frozen_row(w, x, gradients, change, prefetcher);
  } else {
    apply_row<false>(w, x, gradients, change, prefetcher);
  }
}

inline void update_row(const Window& w, const float* x, float* change, float* scratch, Prefetcher& prefetcher) {
  gradients_of_outputs(w, x, scratch, prefetcher);
  apply_outputs(w, x, scratch, change, prefetcher);
}

// row += factor * change.
inline void add_change(float* row, const float* change, float factor, int width) {
  for (int c = 0; c < width; c += Vec::kWidth)
    fma(Vec::broadcast(factor), Vec::load(change + c), Vec::load(row + c)).store(row + c);
}

// The architectures.
inline void skipgram(const Window& w) {
  if (w.inputs.count == 0 || w.outputs.count == 0) return;
  if (w.inputs.count > 1) return update_window(w);
  float* change = w.scratch;
  Prefetcher prefetcher{w.next_rows, w.width};
  update_row(w, w.inputs.rows[0], change, change + w.width, prefetcher);
  prefetcher.fetch_rest();
  add_change(w.inputs.rows[0], change, w.inputs.update_scale == nullptr ? 1.0f : w.inputs.update_scale[0], w.width);
}

// combined: OUT (width) scale * sum of the input rows.
template <int B>
WORDKIN_INLINE void combine_block(const Window& w, float* combined, int c) {
  Vec sum[B];
  for (int b = 0; b < B; ++b) sum[b] = Vec::load(w.inputs.rows[0] + c + b * Vec::kWidth);
  for (int i = 1; i < w.inputs.count; ++i) {
    const float* row = w.inputs.rows[i] + c;
    for (int b = 0; b < B; ++b) sum[b] = add(sum[b], Vec::load(row + b * Vec::kWidth));
  }
  const Vec scale = Vec::broadcast(w.scale);
  for (int b = 0; b < B; ++b) mul(scale, sum[b]).store(combined + c + b * Vec::kWidth);
}

inline void cbow(const Window& w) {
  if (w.inputs.count == 0 || w.outputs.count == 0) return;
  float* hidden = w.scratch;         // (width) the combined row
  float* change = hidden + w.width;  // (width) the change of the combined row
  Prefetcher prefetcher{w.next_rows, w.width};
  over_columns(w.width, [&]<int B>(Vectors<B>, int c) { combine_block<B>(w, hidden, c); });
  update_row(w, hidden, change, change + w.width, prefetcher);
  for (int i = w.inputs.update_begin; i < w.inputs.update_end; ++i) {
    add_change(w.inputs.rows[i], change,
               w.error_scale * (w.inputs.update_scale == nullptr ? 1.0f : w.inputs.update_scale[i]), w.width);
    prefetcher.fetch_row();
  }
  prefetcher.fetch_rest();
}

inline void touch(const Window& w) {
  Prefetcher prefetcher{w.next_rows, w.width};
  const auto pass = [&](float* const* rows, int count) {
    for (int i = 0; i < count; ++i) {
      for (int c = 0; c < w.width; c += Vec::kWidth) add(Vec::load(rows[i] + c), Vec::zero()).store(rows[i] + c);
      prefetcher.fetch_row();
    }
  };
  pass(w.inputs.rows, w.inputs.count);
  pass(w.outputs.rows, w.outputs.count);
  prefetcher.fetch_rest();
}

}  // namespace
}  // namespace wordkin::kernels
