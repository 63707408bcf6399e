// The update of one window for every loss of Word2Vec: n input rows against m output rows (a target and its negative
// samples, or the nodes of a Huffman path). Included once per ISA.
//
// Three passes. (1) Scores: tiles of up to kTileRows inputs x kMaxGroup outputs stay in register accumulators over the
// whole width and are reduced by one transposed sum. (2) Scores become gradients g_ij, one vector at a time over the
// whole window. (3) For each block of columns, a group of output rows and their changes stay in registers while the
// inputs are processed; every input row is read and written once (twice if there is more than one group), every output
// row once. Cost per window for n = 6, m = 6 and 112 columns: 3 * 36 * 7 = 756 AVX-512 FMAs; everything else should
// stay below a third of that.
#pragma once

#include <cstdint>

#include "kernels/elementary.inl.h"
#include "kernels/kernel_table.h"
#include "kernels/loss_accumulator.inl.h"
#include "kernels/vec.h"

namespace wordkin::kernels {
namespace {

// Prefetches the rows of the next window, one row at a time between the arithmetic of the current one.
struct Prefetcher {
  const NextRows& next_rows;
  int width;
  int row = 0;

  void fetch_row() {
    if (row >= next_rows.count) return;
    const char* p = reinterpret_cast<const char*>(next_rows.rows[row++]);
    for (int byte = 0; byte < width * 4; byte += 64) prefetch(p + byte);
  }
  void fetch_rest() {
    while (row < next_rows.count) fetch_row();
  }
};

// Pass 1: scores of all inputs against one group of outputs.
//
// Scores and gradients are stored tile by tile, kTileFloats apart, so that every vector is loaded as it was stored;
// within a tile they are packed: row r, output g at r * G + g.
inline constexpr int kTileFloats = 32;
static_assert(Vec::kTileRows * kMaxGroup <= kTileFloats);

// scores: OUT (R * G, rounded up to whole vectors) x_r . y_g.
template <int R, int G>
WORDKIN_INLINE void score_tile(float* scores, float* const* inputs, float* const* outputs, int width) {
  constexpr int kVectors = (R * G + Vec::kWidth - 1) / Vec::kWidth;
  Vec acc[kVectors * Vec::kWidth];
  for (auto& a : acc) a = Vec::zero();
  for (int c = 0; c < width; c += Vec::kWidth) {
    Vec x[R];
    for (int r = 0; r < R; ++r) x[r] = Vec::load(inputs[r] + c);
    for (int g = 0; g < G; ++g) {
      const Vec y = Vec::load(outputs[g] + c);
      for (int r = 0; r < R; ++r) acc[r * G + g] = fma(x[r], y, acc[r * G + g]);
    }
  }
  for (int k = 0; k < kVectors; ++k) {
    Vec part[Vec::kWidth];
    for (int i = 0; i < Vec::kWidth; ++i) part[i] = acc[k * Vec::kWidth + i];
    sums(part).store(scores + k * Vec::kWidth);
  }
}

template <int G>
inline void scores_of_group(const Window& w, int first, float* scores, Prefetcher& prefetcher) {
  float* const* inputs = w.inputs.rows;
  const int n = w.inputs.count;
  constexpr int kRows = Vec::kTileRows;
  float* const* outputs = w.outputs.rows + first;
  int i = 0;
  for (; i + kRows <= n; i += kRows, scores += kTileFloats) {
    score_tile<kRows, G>(scores, inputs + i, outputs, w.width);
    prefetcher.fetch_row();
    prefetcher.fetch_row();
  }
  if constexpr (kRows > 3) {
    if (n - i == 3) score_tile<3, G>(scores, inputs + i, outputs, w.width);
  }
  if constexpr (kRows > 2) {
    if (n - i == 2) score_tile<2, G>(scores, inputs + i, outputs, w.width);
  }
  if (n - i == 1) score_tile<1, G>(scores, inputs + i, outputs, w.width);
}

// Pass 2: scores become gradients.
//
// The signs and repeats of the outputs, repeated for every row of a tile and followed by zeros, so that unused lanes
// contribute neither gradient nor loss.
struct Pattern {
  alignas(64) float signs[kTileFloats + 16];
  alignas(64) float repeats[kTileFloats + 16];
};

template <int G>
WORDKIN_INLINE void fill_pattern(float* pattern, const float* source, int rows) {
  for (int r = 0; r < rows; ++r)  // each store overlaps the next row, which is written afterwards
    for (int k = 0; k < G; k += Vec::kWidth) Vec::load(source + k).store(pattern + r * G + k);
  Vec::zero().store(pattern + rows * G);
}

template <int G>
WORDKIN_INLINE void fill_pattern(Pattern& pattern, const Outputs& outputs, int first, int rows) {
  fill_pattern<G>(pattern.signs, outputs.signs + first, rows);
  fill_pattern<G>(pattern.repeats, outputs.repeats + first, rows);
}

struct LossLanes {
  Vec product;
  Vec linear;
};

// If a row was drawn more often than this, its factors would exceed the capacity of a lane.
inline constexpr int kMaxRepeatsAsFactors = kMaxFactors * Vec::kWidth / kTileFloats;

// sum repeats * log(1 + exp(-|z|)) over a tile: the value that the factors would represent, without a bound on repeats.
// scores: IN (`used`, rounded up to whole vectors).
inline double logarithms_of_tile(const float* scores, int used, const Pattern& pattern) {
  double sum = 0.0;
  for (int k = 0; k < used; k += Vec::kWidth) {
    float e[Vec::kWidth];
    exp_of_nonpositive(sub(Vec::zero(), abs(Vec::load(scores + k)))).store(e);
    for (int lane = 0; lane < Vec::kWidth; ++lane)
      sum += static_cast<double>(pattern.repeats[k + lane]) * log_of_moderate(1.0 + static_cast<double>(e[lane]));
  }
  return sum;
}

// scores: INOUT (`used`, rounded up to whole vectors) x_i . y_j -> g_ij.
WORDKIN_INLINE LossLanes gradients_of_tile(float* scores, int used, const Pattern& pattern, float rate, int max_repeats,
                                           LossLanes loss) {
  const Vec zero = Vec::zero(), one = Vec::broadcast(1.0f), step = Vec::broadcast(rate);
  for (int k = 0; k < used; k += Vec::kWidth) {
    const Vec sign = Vec::load(pattern.signs + k), repeat = Vec::load(pattern.repeats + k);
    const Vec z = mul(sign, Vec::load(scores + k));
    const Vec e = exp_of_nonpositive(sub(zero, abs(z)));
    const Vec miss = sigmoid_from(e, sub(zero, z));
    mul(mul(mul(step, repeat), sign), miss).store(scores + k);
    loss.linear = fma(repeat, max(zero, sub(zero, z)), loss.linear);
    for (int draw = 0; draw < max_repeats; ++draw) {  // one factor for each time that the row was drawn
      const Vec counted = max(zero, min(one, sub(repeat, Vec::broadcast(static_cast<float>(draw)))));
      loss.product = mul(loss.product, fma(counted, e, one));
    }
  }
  return loss;
}

// Makes room for up to `factors` factors per lane, folding first if necessary.
WORDKIN_INLINE LossLanes loss_with_room(LossAccumulator& loss, int factors) {
  if (loss.factors + factors > kMaxFactors) fold(loss);
  loss.factors += factors;
  return {Vec::load(loss.product), Vec::load(loss.linear)};
}

// Converts the scores of a tile to gradients and adds its loss.
WORDKIN_INLINE void finish_tile(const Window& w, float* scores, int used, const Pattern& pattern) {
  int repeats = w.outputs.max_repeats;
  if (repeats > kMaxRepeatsAsFactors) {
    w.loss->total += logarithms_of_tile(scores, used, pattern);
    repeats = 0;
  }
  const LossLanes before = loss_with_room(*w.loss, (repeats > 0 ? repeats : 1) * (kTileFloats / Vec::kWidth));
  const LossLanes after = gradients_of_tile(scores, used, pattern, w.rate, repeats, before);
  after.product.store(w.loss->product);
  after.linear.store(w.loss->linear);
}

WORDKIN_INLINE void gradients_of_group(const Window& w, int n, int group, const Pattern& full, const Pattern& last,
                                       float* scores) {
  constexpr int kRows = Vec::kTileRows;
  for (int i = 0; i < n; i += kRows, scores += kTileFloats) {
    const bool is_full = i + kRows <= n;
    finish_tile(w, scores, (is_full ? kRows : n - i) * group, is_full ? full : last);
  }
}

// Pass 3: updates the input rows and the output rows.
enum class Groups { kOnly, kFirst, kMiddle, kLast };

// B vectors of columns from c. changes: (n, width) sums of the changes of the input rows over the previous groups.
template <int G, int B, Groups kGroup, bool kFrozen>
WORDKIN_INLINE void apply_block(const Window& w, float* const* outputs, const float* gradients, float* changes, int c) {
  const Inputs& inputs = w.inputs;
  Vec y[G][B], dy[G][B];
  for (int g = 0; g < G; ++g)
    for (int b = 0; b < B; ++b) dy[g][b] = y[g][b] = Vec::load(outputs[g] + c + b * Vec::kWidth);
  const float* gradient_row = gradients;
  for (int i = 0; i < inputs.count; ++i) {
    float* row = inputs.rows[i] + c;
    Vec x[B], dx[B];
    for (int b = 0; b < B; ++b) x[b] = Vec::load(row + b * Vec::kWidth);
    for (int g = 0; g < G; ++g) {
      const Vec gradient = Vec::broadcast(gradient_row[g]);
      for (int b = 0; b < B; ++b) {
        dx[b] = g == 0 ? mul(gradient, y[g][b]) : fma(gradient, y[g][b], dx[b]);
        if constexpr (!kFrozen) dy[g][b] = fma(gradient, x[b], dy[g][b]);
      }
    }
    for (int b = 0; b < B; ++b) {
      float* change = changes + static_cast<std::int64_t>(i) * w.width + c + b * Vec::kWidth;
      if constexpr (kGroup == Groups::kMiddle || kGroup == Groups::kLast) dx[b] = add(dx[b], Vec::load(change));
      if constexpr (kGroup == Groups::kFirst || kGroup == Groups::kMiddle) {
        dx[b].store(change);
      } else if (inputs.update_scale == nullptr) {
        add(x[b], dx[b]).store(row + b * Vec::kWidth);
      } else {
        fma(Vec::broadcast(inputs.update_scale[i]), dx[b], x[b]).store(row + b * Vec::kWidth);
      }
    }
    gradient_row += (i + 1) % Vec::kTileRows == 0 ? kTileFloats - (Vec::kTileRows - 1) * G : G;
  }
  if constexpr (!kFrozen) {
    for (int g = 0; g < G; ++g)
      for (int b = 0; b < B; ++b) dy[g][b].store(outputs[g] + c + b * Vec::kWidth);
  }
}

template <int G, Groups kGroup, bool kFrozen>
inline void apply_blocks(const Window& w, int first, const float* gradients, float* changes, Prefetcher& prefetcher) {
  constexpr int kBlock = Vec::kApplyVectors * Vec::kWidth;
  float* const* outputs = w.outputs.rows + first;
  int c = 0;
  for (; c + kBlock <= w.width; c += kBlock) {
    apply_block<G, Vec::kApplyVectors, kGroup, kFrozen>(w, outputs, gradients, changes, c);
    prefetcher.fetch_row();
  }
  for (; c < w.width; c += Vec::kWidth) apply_block<G, 1, kGroup, kFrozen>(w, outputs, gradients, changes, c);
}

// Not inlined, and with a copy of the prefetcher, so that the usual case keeps its registers. Returns prefetcher.row.
template <int G, Groups kGroup>
WORDKIN_NOINLINE int apply_frozen_group(const Window& w, int first, const float* gradients, float* changes,
                                        Prefetcher prefetcher) {
  apply_blocks<G, kGroup, true>(w, first, gradients, changes, prefetcher);
  return prefetcher.row;
}

template <int G, Groups kGroup>
inline void apply_group(const Window& w, int first, const float* gradients, float* changes, Prefetcher& prefetcher) {
  if (w.outputs.is_frozen) [[unlikely]] {
    prefetcher.row = apply_frozen_group<G, kGroup>(w, first, gradients, changes, prefetcher);
  } else {
    apply_blocks<G, kGroup, false>(w, first, gradients, changes, prefetcher);
  }
}

// All groups of a window.
template <int G>
struct ScoreStep {
  static void run(const Window& w, int first, float* scores, Prefetcher& prefetcher) {
    Pattern full, last;  // filled in advance: loading a whole vector right after storing its parts is slow
    fill_pattern<G>(full, w.outputs, first, Vec::kTileRows);
    fill_pattern<G>(last, w.outputs, first, w.inputs.count % Vec::kTileRows);
    scores_of_group<G>(w, first, scores, prefetcher);
    gradients_of_group(w, w.inputs.count, G, full, last, scores);
  }
};

template <int G>
struct ApplyStep {
  static void run(const Window& w, int first, const float* gradients, float* changes, Prefetcher& prefetcher) {
    const bool is_first = first == 0, is_last = first + G == w.outputs.count;
    if (is_first && is_last) {
      apply_group<G, Groups::kOnly>(w, first, gradients, changes, prefetcher);
    } else if (is_last) {
      apply_group<G, Groups::kLast>(w, first, gradients, changes, prefetcher);
    } else if constexpr (G == kMaxGroup) {  // only the last group may be smaller
      if (is_first) {
        apply_group<G, Groups::kFirst>(w, first, gradients, changes, prefetcher);
      } else {
        apply_group<G, Groups::kMiddle>(w, first, gradients, changes, prefetcher);
      }
    }
  }
};

template <template <int> typename Step, typename... Arguments>
inline void with_group_size(int size, Arguments&&... arguments) {
  static_assert(kMaxGroup == 6);
  switch (size) {
    case 1:
      return Step<1>::run(arguments...);
    case 2:
      return Step<2>::run(arguments...);
    case 3:
      return Step<3>::run(arguments...);
    case 4:
      return Step<4>::run(arguments...);
    case 5:
      return Step<5>::run(arguments...);
    default:
      return Step<6>::run(arguments...);
  }
}

// All scores use the rows before the update, so the gradients of every group are computed before any group is applied.
inline void update_window(const Window& w) {
  const Inputs& inputs = w.inputs;
  const int m = w.outputs.count;
  const int groups = (m + kMaxGroup - 1) / kMaxGroup;
  const std::int64_t group_floats = score_floats(inputs.count);
  float* changes = w.scratch + groups * group_floats;
  Prefetcher prefetcher{w.next_rows, w.width};
  float* scores = w.scratch;
  for (int first = 0; first < m; first += kMaxGroup, scores += group_floats)
    with_group_size<ScoreStep>(m - first, w, first, scores, prefetcher);
  scores = w.scratch;
  for (int first = 0; first < m; first += kMaxGroup, scores += group_floats)
    with_group_size<ApplyStep>(m - first, w, first, scores, changes, prefetcher);
  prefetcher.fetch_rest();
}

}  // namespace
}  // namespace wordkin::kernels
