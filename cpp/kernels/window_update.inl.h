// The update of one window, for every objective of Word2Vec: n input rows against m output rows (a target and its
// negatives, or the nodes of a Huffman path). Included once per ISA.
//
// Three passes. (1) Scores: tiles of up to kTileRows inputs x kMaxGroup outputs stay in register accumulators over the
// whole width and are reduced by one transposed sum. (2) Scores become gradients g_ij, a vector at a time. (3) For each
// block of one Vec of columns, a group of output rows and their changes stay in registers while the inputs pass by;
// every input row is read and written once (twice if there is more than one group), every output row once. Cost per
// window, n = 6, m = 6, 112 columns: 3 * 36 * 7 = 756 AVX-512 FMAs; everything else is below a third of that.
#pragma once

#include "kernels/elementary.inl.h"
#include "kernels/kernel_table.h"
#include "kernels/loss_terms.inl.h"
#include "kernels/vec.h"

namespace wordkin::kernels {
namespace {

inline constexpr int kTileFloats = 32;  // room for the scores of one tile: kTileRows * kMaxGroup = 24, rounded up

// ---- fetching the next window's rows, a few lines at a time, between the arithmetic of this one
struct Prefetcher {
  const Upcoming& upcoming;
  int width;
  int row = 0;

  void fetch_row() {
    if (row >= upcoming.count) return;
    const char* p = reinterpret_cast<const char*>(upcoming.rows[row++]);
    for (int byte = 0; byte < width * 4; byte += 64) prefetch(p + byte);
  }
  void fetch_rest() {
    while (row < upcoming.count) fetch_row();
  }
};

// ---- pass 1
template <int R, int G>
inline void score_tile(float* scores, float* const* inputs, float* const* outputs, int width) {
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

// ---- pass 2
// What pass 2 needs to know of each score of a tile: the outputs' signs and repeats, again for every input row; zeros
// behind the last score, so that the lanes there give no gradient and no loss.
struct TilePattern {
  alignas(64) float signs[kTileFloats + 16];
  alignas(64) float repeats[kTileFloats + 16];
};

template <int G>
inline void fill_pattern(float* pattern, const float* source, int rows) {
  for (int r = 0; r < rows; ++r)  // each store runs over into the next row's place, which is written after it
    for (int k = 0; k < G; k += Vec::kWidth) Vec::load(source + k).store(pattern + r * G + k);
  Vec::zero().store(pattern + rows * G);
}

template <int G>
inline void fill_pattern(TilePattern& pattern, const Outputs& outputs, int first, int rows) {
  fill_pattern<G>(pattern.signs, outputs.signs + first, rows);
  fill_pattern<G>(pattern.repeats, outputs.repeats + first, rows);
}

// scores: INOUT (`used`, rounded up to whole vectors) x_i . y_j -> g_ij.
inline void gradients_of_scores(float* scores, int used, const TilePattern& pattern, float rate, int most_repeats,
                                LossTerms& loss) {
  const Vec zero = Vec::zero(), one = Vec::broadcast(1.0f), step = Vec::broadcast(rate);
  for (int k = 0; k < used; k += Vec::kWidth) {
    const Vec sign = Vec::load(pattern.signs + k);
    const Vec repeat = Vec::load(pattern.repeats + k);
    const Vec z = mul(sign, Vec::load(scores + k));
    const Vec e = exp_of_nonpositive(sub(zero, abs(z)));
    const Vec miss = sigmoid_from(e, sub(zero, z));
    mul(mul(mul(step, repeat), sign), miss).store(scores + k);

    float* product = loss.product + k % 16;
    float* linear = loss.linear + k % 16;
    fma(repeat, max(zero, sub(zero, z)), Vec::load(linear)).store(linear);
    for (int draw = 0; draw < most_repeats; ++draw) {  // one factor for each time that the row was drawn
      const Vec counted = max(zero, min(one, sub(repeat, Vec::broadcast(static_cast<float>(draw)))));
      mul(Vec::load(product), fma(counted, e, one)).store(product);
    }
    loss.factors += most_repeats;
  }
  if (loss.factors > 96 - most_repeats * (kTileFloats / Vec::kWidth)) fold(loss);
}

template <int R, int G>
inline void gradient_tile(float* scores, float* const* inputs, float* const* outputs, const Window& w,
                          const TilePattern& pattern) {
  score_tile<R, G>(scores, inputs, outputs, w.width);
  gradients_of_scores(scores, R * G, pattern, w.rate, w.outputs.most_repeats, *w.loss);
}

// Gradients of all inputs against one group of outputs: tile after tile, each kTileFloats apart.
template <int G>
inline void gradients_of_group(const Window& w, float* const* inputs, int n, int first, float* scores,
                               Prefetcher& prefetcher) {
  constexpr int kRows = Vec::kTileRows;
  float* const* outputs = w.outputs.rows + first;
  TilePattern pattern;
  int i = 0;
  if (n >= kRows) fill_pattern<G>(pattern, w.outputs, first, kRows);
  for (; i + kRows <= n; i += kRows, scores += kTileFloats) {
    gradient_tile<kRows, G>(scores, inputs + i, outputs, w, pattern);
    prefetcher.fetch_row();
    prefetcher.fetch_row();
  }
  if (i == n) return;
  fill_pattern<G>(pattern, w.outputs, first, n - i);
  if constexpr (kRows > 3) {
    if (n - i == 3) gradient_tile<3, G>(scores, inputs + i, outputs, w, pattern);
  }
  if constexpr (kRows > 2) {
    if (n - i == 2) gradient_tile<2, G>(scores, inputs + i, outputs, w, pattern);
  }
  if (n - i == 1) gradient_tile<1, G>(scores, inputs + i, outputs, w, pattern);
  prefetcher.fetch_row();
}

// ---- pass 3
template <int G>
inline const float* gradient_row(const float* scores, int input) {
  return scores + (input / Vec::kTileRows) * kTileFloats + (input % Vec::kTileRows) * G;
}

struct GroupRole {
  bool first;  // no change of the inputs has been summed yet
  bool last;   // the inputs take their changes now
};

// changes: (n, width) sums of the input rows' changes, used only when the outputs do not fit one group.
template <int G>
inline void apply_group(const Window& w, const Inputs& inputs, int first, const float* scores, float* changes,
                        GroupRole role, Prefetcher& prefetcher) {
  float* const* outputs = w.outputs.rows + first;
  for (int c = 0; c < w.width; c += Vec::kWidth) {
    Vec y[G], dy[G];
    for (int g = 0; g < G; ++g) {
      y[g] = Vec::load(outputs[g] + c);
      dy[g] = y[g];
    }
    for (int i = 0; i < inputs.count; ++i) {
      const float* gradient = gradient_row<G>(scores, i);
      float* row = inputs.rows[i] + c;
      const Vec x = Vec::load(row);
      Vec dx = Vec::zero();
      for (int g = 0; g < G; ++g) {
        const Vec coefficient = Vec::broadcast(gradient[g]);
        dx = fma(coefficient, y[g], dx);
        dy[g] = fma(coefficient, x, dy[g]);
      }
      float* change = changes + static_cast<std::int64_t>(i) * w.width + c;
      if (!role.first) dx = add(dx, Vec::load(change));
      if (!role.last) {
        dx.store(change);
      } else if (inputs.factors == nullptr) {
        add(x, dx).store(row);
      } else {
        fma(Vec::broadcast(inputs.factors[i]), dx, x).store(row);
      }
    }
    for (int g = 0; g < G; ++g) dy[g].store(outputs[g] + c);
    prefetcher.fetch_row();
  }
}

// ---- all groups of a window
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

template <int G>
struct GradientStep {
  static void run(const Window& w, const Inputs& inputs, int first, float* scores, Prefetcher& prefetcher) {
    gradients_of_group<G>(w, inputs.rows, inputs.count, first, scores, prefetcher);
  }
};

template <int G>
struct ApplyStep {
  static void run(const Window& w, const Inputs& inputs, int first, const float* scores, float* changes, GroupRole role,
                  Prefetcher& prefetcher) {
    apply_group<G>(w, inputs, first, scores, changes, role, prefetcher);
  }
};

// All scores come from the old rows, so every group's gradients are taken before any group is applied.
inline void update_window(const Window& w, const Inputs& inputs, float* scratch) {
  const int m = w.outputs.count;
  const int tiles = (inputs.count + Vec::kTileRows - 1) / Vec::kTileRows;
  const int group_floats = tiles * kTileFloats;
  const int groups = (m + kMaxGroup - 1) / kMaxGroup;
  float* changes = scratch + static_cast<std::int64_t>(groups) * group_floats;
  Prefetcher prefetcher{w.upcoming, w.width};
  float* scores = scratch;
  for (int first = 0; first < m; first += kMaxGroup, scores += group_floats)
    with_group_size<GradientStep>(m - first, w, inputs, first, scores, prefetcher);
  scores = scratch;
  for (int first = 0; first < m; first += kMaxGroup, scores += group_floats)
    with_group_size<ApplyStep>(m - first, w, inputs, first, scores, changes,
                               GroupRole{first == 0, first + kMaxGroup >= m}, prefetcher);
  prefetcher.fetch_rest();
}

inline void skipgram(const Window& w) {
  if (w.inputs.count > 0 && w.outputs.count > 0) update_window(w, w.inputs, w.scratch);
}

inline void cbow(const Window& w) {
  const int n = w.inputs.count;
  if (n == 0 || w.outputs.count == 0) return;
  // hidden: (width) the combined row; before: (width) the same as it was, to know its change.
  float* hidden = w.scratch;
  float* before = hidden + w.width;
  const Vec scale = Vec::broadcast(w.scale);
  for (int c = 0; c < w.width; c += Vec::kWidth) {
    Vec sum = Vec::load(w.inputs.rows[0] + c);
    for (int i = 1; i < n; ++i) sum = add(sum, Vec::load(w.inputs.rows[i] + c));
    sum = mul(scale, sum);
    sum.store(hidden + c);
    sum.store(before + c);
  }
  update_window(w, Inputs{&hidden, nullptr, 1}, before + w.width);
  for (int c = 0; c < w.width; c += Vec::kWidth) {
    const Vec error = mul(Vec::broadcast(w.error_scale), sub(Vec::load(hidden + c), Vec::load(before + c)));
    for (int i = 0; i < n; ++i) {
      float* row = w.inputs.rows[i] + c;
      const Vec factor = Vec::broadcast(w.inputs.factors == nullptr ? 1.0f : w.inputs.factors[i]);
      fma(factor, error, Vec::load(row)).store(row);
    }
  }
}

inline void touch(const Window& w) {
  Prefetcher prefetcher{w.upcoming, w.width};
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
