// Character convolution by table lookup: tables of what each character contributes at each offset, the maximum over the
// windows of a word, and the backward pass through the tables. Included once per ISA, after its vec header.
//
// All kernels process strips of columns: the table of one strip for the characters of a text (about 80, at 7 offsets)
// fits the first-level cache, that of a whole panel does not, and additions of table rows are bound by memory latency.
// Words are processed in groups through all strips of a panel, so that the TLB entries of their output rows are reused.
#pragma once

#include <cstdint>

#include "kernels/elementary.inl.h"
#include "kernels/kernel_table.h"
#include "kernels/vec.h"

namespace wordkin::kernels {
namespace {

constexpr int kStripVectors = kStripFilters / Vec::kWidth;
constexpr int kTableRows = 8 / kStripVectors;  // times kStripVectors sums hide the latency of a fused multiply-add
constexpr int kWindows = Vec::kWidth >= 8 ? Vec::kWidth / 4 : 1;  // the sums of this many windows fit the registers
constexpr std::int64_t kWordsPerPass = 64;
// Prefetched explicitly, because hardware prefetchers do not follow strides across pages.
constexpr std::int64_t kPrefetchWords = 8;

// A vector of kStripFilters floats.
struct Strip {
  Vec v[kStripVectors];

  static Strip broadcast(float x) {
    Strip s;
    for (auto& v : s.v) v = Vec::broadcast(x);
    return s;
  }
  static Strip load(const float* p) {
    Strip s;
    for (int i = 0; i < kStripVectors; ++i) s.v[i] = Vec::load(p + i * Vec::kWidth);
    return s;
  }
  void store(float* p) const {
    for (int i = 0; i < kStripVectors; ++i) v[i].store(p + i * Vec::kWidth);
  }
};

template <typename F>
WORDKIN_INLINE Strip each(F f) {
  Strip s;
  for (int i = 0; i < kStripVectors; ++i) s.v[i] = f(i);
  return s;
}
WORDKIN_INLINE Strip add(const Strip& a, const Strip& b) {
  return each([&](int i) { return add(a.v[i], b.v[i]); });
}
WORDKIN_INLINE Strip fma(Vec a, const Strip& b, const Strip& c) {
  return each([&](int i) { return fma(a, b.v[i], c.v[i]); });
}

inline const float* embedding_of(const CharacterPanel& panel, std::int64_t row) {
  return panel.embeddings + panel.characters[row] * panel.embedding_pitch;
}

// Number of floats between two offsets, and between two strips, of a table.
inline std::int64_t offset_floats(std::int64_t characters) { return characters * kStripFilters; }
inline std::int64_t strip_floats(std::int64_t characters, std::int64_t width) {
  return width * offset_floats(characters);
}

// Start of a character's row at an offset. Unsigned, which saves one instruction per row.
WORDKIN_INLINE std::uint64_t row_of(std::uint16_t character) { return std::uint64_t{character} * kStripFilters; }

// Rows [first, first + C) of a table at one offset. Each element is summed over the dimensions in ascending order,
// regardless of C.
template <int C>
WORDKIN_INLINE void fill_table_rows(float* rows, const CharacterPanel& panel, std::int64_t first,
                                    const float* weights) {
  Strip sums[C];
  const float* embeddings[C];
  for (int c = 0; c < C; ++c) {
    embeddings[c] = embedding_of(panel, first + c);
    sums[c] = Strip::broadcast(0.0f);
  }
  for (std::int64_t j = 0; j < panel.dim; ++j, weights += kPanelFilters) {
    const Strip w = Strip::load(weights);
    for (int c = 0; c < C; ++c) sums[c] = fma(Vec::broadcast(embeddings[c][j]), w, sums[c]);
  }
  for (int c = 0; c < C; ++c) sums[c].store(rows + (first + c) * kStripFilters);
}

inline void fill_lookup_table(float* table, const CharacterPanel& panel) {
  float* rows = table;
  for (int column = 0; column < panel.columns; column += kStripFilters)
    for (std::int64_t offset = 0; offset < panel.width; ++offset, rows += offset_floats(panel.count)) {
      const float* const weights = panel.weights + offset * panel.dim * kPanelFilters + column;
      std::int64_t row = 0;
      for (; row + kTableRows <= panel.count; row += kTableRows) fill_table_rows<kTableRows>(rows, panel, row, weights);
      for (; row < panel.count; ++row) fill_table_rows<1>(rows, panel, row, weights);
    }
}

struct WindowMaxima {
  Strip greatest;
  Strip argmax;  // window index, stored as a float
};

// Processes W windows from `first`. Sums are accumulated over the offsets in ascending order. Among equal sums the
// first window is kept.
template <int W>
WORDKIN_INLINE void update_maxima(WindowMaxima& found, const MaxOverTime& job, const float* table,
                                  const std::uint16_t* word, std::int64_t first) {
  Strip sums[W];
  const std::uint16_t* const characters = word + first;
  for (int w = 0; w < W; ++w) sums[w] = Strip::load(table + row_of(characters[w]));
  for (std::int64_t k = 1; k < job.width; ++k) {
    table += offset_floats(job.characters);
    for (int w = 0; w < W; ++w) sums[w] = add(sums[w], Strip::load(table + row_of(characters[k + w])));
  }
  for (int w = 0; w < W; ++w) {
    const Vec here = Vec::broadcast(static_cast<float>(first + w));
    for (int i = 0; i < kStripVectors; ++i) {
      Vec &greatest = found.greatest.v[i], &argmax = found.argmax.v[i];
      argmax = select_nonnegative(sub(greatest, sums[w].v[i]), argmax, here);
      greatest = max(greatest, sums[w].v[i]);
    }
  }
}

inline std::int64_t windows_of(std::int64_t distinct, std::int64_t fitting) {
  return distinct < fitting ? distinct : fitting;
}

WORDKIN_INLINE WindowMaxima greatest_windows(const MaxOverTime& job, const float* table, std::int64_t i) {
  const std::uint16_t* const word = job.rows + i * job.row_pitch;
  const std::int64_t windows = windows_of(job.distinct_windows[i], job.windows);
  WindowMaxima found{Strip::broadcast(-3.402823466e38f), Strip::broadcast(0.0f)};
  std::int64_t p = 0;
  for (; p + kWindows <= windows; p += kWindows) update_maxima<kWindows>(found, job, table, word, p);
  for (; p < windows; ++p) update_maxima<1>(found, job, table, word, p);
  return found;
}

inline Vec activated(Vec sum, bool is_tanh) { return is_tanh ? tanh_of(sum) : max(Vec::zero(), sum); }

// Copies the columns at the end of a filter that do not fill a strip.
template <typename T>
inline void copy_lanes(T* target, const T* source, int count) {
  for (int lane = 0; lane < count; ++lane) target[lane] = source[lane];
}

inline int lanes_left(std::int64_t columns, int column) {
  return columns - column < kStripFilters ? static_cast<int>(columns - column) : kStripFilters;
}

WORDKIN_INLINE void store_counts(std::uint16_t* counts, const Strip& strip) {
  for (int i = 0; i < kStripVectors; ++i) strip.v[i].store_counts(counts + i * Vec::kWidth);
}

inline void max_over_strip(const MaxOverTime& job, const float* table, int column, std::int64_t first,
                           std::int64_t end) {
  alignas(64) float lanes[kStripFilters];
  alignas(64) std::uint16_t counts[kStripFilters];
  const int filled = lanes_left(job.columns, column);
  const Strip bias = Strip::load(job.bias + column);
  for (std::int64_t i = first; i < end; ++i) {
    if (i + kPrefetchWords < job.words) prefetch(job.outputs + (i + kPrefetchWords) * job.output_pitch + column);
    const WindowMaxima found = greatest_windows(job, table, i);
    const Strip outputs = each([&](int v) { return activated(add(found.greatest.v[v], bias.v[v]), job.is_tanh); });
    float* const out = job.outputs + i * job.output_pitch + column;
    outputs.store(filled == kStripFilters ? out : lanes);
    if (filled < kStripFilters) copy_lanes(out, lanes, filled);
    if (job.argmax == nullptr) continue;
    std::uint16_t* const argmax = job.argmax + i * job.argmax_pitch + column;
    store_counts(filled == kStripFilters ? argmax : counts, found.argmax);
    if (filled < kStripFilters) copy_lanes(argmax, counts, filled);
  }
}

inline void max_over_time(const MaxOverTime& job) {
  for (std::int64_t first = 0; first < job.words; first += kWordsPerPass) {
    const std::int64_t end = first + kWordsPerPass < job.words ? first + kWordsPerPass : job.words;
    const float* table = job.table;
    for (int column = 0; column < job.columns; column += kStripFilters) {
      max_over_strip(job, table, column, first, end);
      table += strip_floats(job.characters, job.width);
    }
  }
}

// Gradients of one word in one strip, and the windows to which they belong.
struct RoutedStrip {
  Strip gradients;  // with respect to the sums before the activation
  Strip argmax;
};

WORDKIN_INLINE RoutedStrip routed_strip(const RouteGradients& job, int column, std::int64_t i, int filled) {
  alignas(64) float d_lanes[kStripFilters] = {}, y_lanes[kStripFilters] = {};
  alignas(64) std::uint16_t counts[kStripFilters] = {};
  const float* d = job.d_outputs + i * job.d_pitch + column;
  const float* y = job.outputs + i * job.output_pitch + column;
  const std::uint16_t* argmax = job.argmax + i * job.argmax_pitch + column;
  if (filled < kStripFilters) {
    copy_lanes(d_lanes, d, filled);
    copy_lanes(y_lanes, y, filled);
    copy_lanes(counts, argmax, filled);
    d = d_lanes;
    y = y_lanes;
    argmax = counts;
  }
  RoutedStrip routed;
  for (int v = 0; v < kStripVectors; ++v) {
    const Vec gradient = Vec::load(d + v * Vec::kWidth), value = Vec::load(y + v * Vec::kWidth);
    routed.gradients.v[v] = job.is_tanh ? sub(gradient, mul(gradient, mul(value, value)))
                                        : select_nonnegative(sub(Vec::zero(), value), Vec::zero(), gradient);
    routed.argmax.v[v] = Vec::load_counts(argmax + v * Vec::kWidth);
  }
  return routed;
}

// Adds the gradients of window p to the table rows of its characters.
WORDKIN_INLINE void route_window(const RouteGradients& job, float* d_table, const RoutedStrip& routed,
                                 const std::uint16_t* word, std::int64_t p) {
  Strip selected;
  unsigned any = 0;
  for (int v = 0; v < kStripVectors; ++v) {
    const Vec distance = abs(sub(routed.argmax.v[v], Vec::broadcast(static_cast<float>(p))));
    const Vec here = sub(Vec::broadcast(0.5f), distance);
    any |= not_less(here, Vec::zero());
    selected.v[v] = select_nonnegative(here, routed.gradients.v[v], Vec::zero());
  }
  if (any == 0) return;
  for (std::int64_t k = 0; k < job.width; ++k, d_table += offset_floats(job.characters)) {
    float* const row = d_table + row_of(word[p + k]);
    add(Strip::load(row), selected).store(row);
  }
}

inline void route_strip(const RouteGradients& job, float* d_table, int column, std::int64_t first, std::int64_t end) {
  const int filled = lanes_left(job.columns, column);
  Strip d_bias = Strip::load(job.d_bias + column);
  for (std::int64_t i = first; i < end; ++i) {
    const std::int64_t ahead = i + kPrefetchWords < job.words ? i + kPrefetchWords : i;
    prefetch(job.d_outputs + ahead * job.d_pitch + column);
    prefetch(job.outputs + ahead * job.output_pitch + column);
    prefetch(job.argmax + ahead * job.argmax_pitch + column);
    const RoutedStrip routed = routed_strip(job, column, i, filled);
    d_bias = add(d_bias, routed.gradients);
    const std::int64_t windows = windows_of(job.distinct_windows[i], job.windows);
    for (std::int64_t p = 0; p < windows; ++p) route_window(job, d_table, routed, job.rows + i * job.row_pitch, p);
  }
  d_bias.store(job.d_bias + column);
}

inline void route_gradients(const RouteGradients& job) {
  for (std::int64_t first = 0; first < job.words; first += kWordsPerPass) {
    const std::int64_t end = first + kWordsPerPass < job.words ? first + kWordsPerPass : job.words;
    float* d_table = job.d_table;
    for (int column = 0; column < job.columns; column += kStripFilters) {
      route_strip(job, d_table, column, first, end);
      d_table += strip_floats(job.characters, job.width);
    }
  }
}

// d W_k,j = sum over characters of e_j d T_k, for J dimensions from j at one offset.
template <int J>
WORDKIN_INLINE void weight_gradients(float* d_weights, const float* d_rows, const CharacterPanel& panel,
                                     std::int64_t j) {
  Strip sums[J];
  for (auto& sum : sums) sum = Strip::broadcast(0.0f);
  for (std::int64_t c = 0; c < panel.count; ++c) {
    const Strip gradient = Strip::load(d_rows + c * kStripFilters);
    const float* const embedding = embedding_of(panel, c) + j;
    for (int i = 0; i < J; ++i) sums[i] = fma(Vec::broadcast(embedding[i]), gradient, sums[i]);
  }
  for (int i = 0; i < J; ++i) sums[i].store(d_weights + (j + i) * kPanelFilters);
}

// d e_j = sum over strips, offsets and columns of W_k,j d T_k, for kWidth dimensions of one character. If fewer
// dimensions remain, the last one is computed repeatedly and discarded.
WORDKIN_INLINE void embedding_gradients(float* d_embedding, const float* d_table, const CharacterPanel& panel,
                                        std::int64_t first) {
  Vec partial[Vec::kWidth];
  std::int64_t rows[Vec::kWidth];  // rows of the weights at an offset
  for (int i = 0; i < Vec::kWidth; ++i) {
    partial[i] = Vec::zero();
    rows[i] = (first + i < panel.dim ? first + i : panel.dim - 1) * kPanelFilters;
  }
  const float* d_row = d_table;
  for (int column = 0; column < panel.columns; column += kStripFilters)
    for (std::int64_t k = 0; k < panel.width; ++k, d_row += offset_floats(panel.count)) {
      const float* const weights = panel.weights + k * panel.dim * kPanelFilters + column;
      for (int v = 0; v < kStripFilters; v += Vec::kWidth) {
        const Vec gradient = Vec::load(d_row + v);
        for (int i = 0; i < Vec::kWidth; ++i) partial[i] = fma(Vec::load(weights + rows[i] + v), gradient, partial[i]);
      }
    }
  alignas(64) float lanes[Vec::kWidth];
  sums(partial).store(lanes);
  for (int i = 0; i < Vec::kWidth && first + i < panel.dim; ++i) d_embedding[first + i] = lanes[i];
}

inline void lookup_gradients(float* d_weights, float* d_embeddings, const float* d_table, const CharacterPanel& panel) {
  const float* d_rows = d_table;
  for (int column = 0; column < panel.columns; column += kStripFilters)
    for (std::int64_t k = 0; k < panel.width; ++k, d_rows += offset_floats(panel.count)) {
      float* const target = d_weights + k * panel.dim * kPanelFilters + column;
      std::int64_t j = 0;
      for (; j + kTableRows <= panel.dim; j += kTableRows) weight_gradients<kTableRows>(target, d_rows, panel, j);
      for (; j < panel.dim; ++j) weight_gradients<1>(target, d_rows, panel, j);
    }
  for (std::int64_t c = 0; c < panel.count; ++c)
    for (std::int64_t j = 0; j < panel.dim; j += Vec::kWidth)
      embedding_gradients(d_embeddings + c * panel.dim, d_table + c * kStripFilters, panel, j);
}

}  // namespace
}  // namespace wordkin::kernels
