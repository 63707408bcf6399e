// Matrix products with a packed right-hand operand: tiles of accumulators in registers. Included once per ISA.
//
// A tile combines up to kGemmRows rows of A with one panel: each step along the depth loads a row of the panel and
// broadcasts one element of each row of A. An element of C is a single chain of fused multiply-adds along the depth,
// which is finally added to C, so its value does not depend on the height of the tile.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/vec.h"

namespace wordkin::kernels {
namespace {

inline constexpr int kPanelColumns = Vec::kGemmVectors * Vec::kWidth;
inline constexpr int kLineBytes = 64;

// Stores the first `columns` elements of a row of a tile to C.
template <int V>
WORDKIN_INLINE void finish_row(float* c, const Vec* sums, bool adds, std::int64_t columns) {
  if (columns >= V * Vec::kWidth) {
    for (int v = 0; v < V; ++v) {
      float* target = c + v * Vec::kWidth;
      (adds ? add(Vec::load(target), sums[v]) : sums[v]).store(target);
    }
    return;
  }
  float row[V * Vec::kWidth];
  for (int v = 0; v < V; ++v) sums[v].store(row + v * Vec::kWidth);
  for (std::int64_t j = 0; j < columns; ++j) c[j] = adds ? c[j] + row[j] : row[j];
}

// The element formats of A and of the panel, and one step along the depth. load<kHalf> is for formats that store two
// rows of the panel in one.
struct FloatFormat {
  using Left = float;
  using Right = float;
  using Row = Vec;
  using Column = Vec;
  static constexpr int kRowsInOne = 1;
  static Row broadcast(float x) { return Vec::broadcast(x); }
  template <int kHalf>
  static Column load(const float* p) {
    return Vec::load(p);
  }
  static Vec multiply_add(Row x, Column b, Vec sum) { return fma(x, b, sum); }
};

// Position of the next cache lines of the next panel, and how many to prefetch in every four steps. Distributed evenly
// over the tiles of the current panel they arrive in time, and the hardware prefetcher follows them. (512 x 16384
// weights in the last-level cache, 32 rows: 79 GFLOP/s without, 114 with prefetching; Xeon at 2.8 GHz.)
struct PanelPrefetch {
  const char* line;
  int count;
};

// One pointer serves three rows of A, which x86 can address with the pitch as an index. One pointer per row would not
// leave enough registers.
template <typename F, int R>
struct TileRows {
  static constexpr int kPointers = (R + 2) / 3;
  const typename F::Left* rows[kPointers];
  std::int64_t pitch;

  WORDKIN_INLINE TileRows(const typename F::Left* a, std::int64_t a_pitch) : pitch(a_pitch) {
    for (int i = 0; i < kPointers; ++i) rows[i] = a + 3 * i * a_pitch;
  }
  WORDKIN_INLINE void advance() {
    for (auto& row : rows) ++row;
  }
};

// One step along the depth.
template <typename F, int R, int kHalf>
WORDKIN_INLINE void multiply_step(Vec (&sum)[R][Vec::kGemmVectors], const TileRows<F, R>& a,
                                  const typename F::Right* panel) {
  constexpr int V = Vec::kGemmVectors;
  typename F::Column b[V];
  for (int v = 0; v < V; ++v) b[v] = F::template load<kHalf>(panel + v * Vec::kWidth);
  for (int r = 0; r < R; ++r) {
    const typename F::Row x = F::broadcast(a.rows[r / 3][r % 3 * a.pitch]);
    for (int v = 0; v < V; ++v) sum[r][v] = F::multiply_add(x, b[v], sum[r][v]);
  }
}

// One or two steps: as many as the format stores rows of the panel in one.
template <typename F, int R>
WORDKIN_INLINE void multiply_panel_row(Vec (&sum)[R][Vec::kGemmVectors], TileRows<F, R>& a,
                                       const typename F::Right*& panel) {
  multiply_step<F, R, 0>(sum, a, panel);
  a.advance();
  if constexpr (F::kRowsInOne == 2) {
    multiply_step<F, R, 1>(sum, a, panel);
    a.advance();
  }
  panel += kPanelColumns;
}

template <typename F, int R, typename Product>
inline void multiply_tile(float* c, const typename F::Left* left, const typename F::Right* panel, const Product& p,
                          std::int64_t columns, PanelPrefetch lookahead) {
  constexpr int V = Vec::kGemmVectors;
  Vec sum[R][V];
  for (auto& row : sum)
    for (auto& s : row) s = Vec::zero();
  for (int r = 0; r < R; ++r)  // C is usually not cached if it is large: 10 % faster with 640 rows
    for (int v = 0; v < V; ++v) prefetch(c + r * p.c_pitch + v * Vec::kWidth);
  TileRows<F, R> a(left, p.a_pitch);
  std::int64_t k = 0;
  for (; k + 4 <= p.depth; k += 4) {
    for (int i = 0; i < lookahead.count; ++i, lookahead.line += kLineBytes) prefetch_soon(lookahead.line);
    multiply_panel_row<F, R>(sum, a, panel);
    multiply_panel_row<F, R>(sum, a, panel);
    if constexpr (F::kRowsInOne == 1) {
      multiply_panel_row<F, R>(sum, a, panel);
      multiply_panel_row<F, R>(sum, a, panel);
    }
  }
  for (; k + F::kRowsInOne <= p.depth; k += F::kRowsInOne) multiply_panel_row<F, R>(sum, a, panel);
  if (k < p.depth) multiply_step<F, R, 0>(sum, a, panel);
  for (int r = 0; r < R; ++r) finish_row<V>(c + r * p.c_pitch, sum[r], p.adds, columns);
}

// Selects the instance for R = kGemmRows down to 1 rows.
template <typename F, int R, typename Product>
inline void multiply_tile_of(std::int64_t rows, float* c, const typename F::Left* a, const typename F::Right* panel,
                             const Product& p, std::int64_t columns, PanelPrefetch lookahead) {
  if constexpr (R > 1) {
    if (rows < R) return multiply_tile_of<F, R - 1>(rows, c, a, panel, p, columns, lookahead);
  }
  multiply_tile<F, R>(c, a, panel, p, columns, lookahead);
}

// Processes each panel in turn, and every tile of it.
template <typename F, typename Product>
inline void multiply_in_tiles(const Product& p) {
  constexpr int kRows = Vec::kGemmRows;
  constexpr int kRowBytes = kPanelColumns * static_cast<int>(sizeof(typename F::Right));
  constexpr int kLines = 4 / F::kRowsInOne * kRowBytes / kLineBytes;  // cache lines of four steps
  const auto tiles = static_cast<int>((p.rows + kRows - 1) / kRows);
  const int share = p.next_panel == nullptr ? 0 : (kLines + tiles - 1) / tiles;
  const std::int64_t panel_size = (p.depth + F::kRowsInOne - 1) / F::kRowsInOne * kPanelColumns;
  const auto* a = static_cast<const typename F::Left*>(p.a);
  const auto* panel = p.panels;
  for (std::int64_t j = 0; j < p.columns; j += kPanelColumns, panel += panel_size) {
    const auto* next = reinterpret_cast<const char*>(j + kPanelColumns < p.columns ? panel + panel_size : p.next_panel);
    int fetched = 0;
    for (std::int64_t i = 0; i < p.rows; i += kRows) {
      const int count = kLines - fetched < share ? kLines - fetched : share;
      multiply_tile_of<F, kRows>(p.rows - i, p.c + i * p.c_pitch + j, a + i * p.a_pitch, panel, p, p.columns - j,
                                 {next + fetched * (p.depth / 4) * kLineBytes, count});
      fetched += count;
    }
  }
}

inline void multiply_panels(const PanelProduct<float, float>& p) { multiply_in_tiles<FloatFormat>(p); }

}  // namespace
}  // namespace wordkin::kernels
