// Products with a packed right-hand side: tiles of accumulators in registers. Included once per ISA.
//
// A tile is up to kGemmRows rows of A against one panel: every step along the depth loads the panel's row and
// broadcasts one float of each row of A. An element of C is one chain of fused additions along the depth, added to C at
// its end, so it is the same float in a tile of any height.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/vec.h"

namespace wordkin::kernels {
namespace {

inline constexpr int kPanelColumns = Vec::kGemmVectors * Vec::kWidth;

// The first `columns` of a tile's row go to C.
template <int V>
WORDKIN_INLINE void finish_row(float* c, const Vec* sums, bool adds, std::int64_t columns) {
  if (columns >= V * Vec::kWidth) {
    for (int v = 0; v < V; ++v) {
      float* place = c + v * Vec::kWidth;
      (adds ? add(Vec::load(place), sums[v]) : sums[v]).store(place);
    }
    return;
  }
  float row[V * Vec::kWidth];
  for (int v = 0; v < V; ++v) sums[v].store(row + v * Vec::kWidth);
  for (std::int64_t j = 0; j < columns; ++j) c[j] = adds ? c[j] + row[j] : row[j];
}

template <int R>
inline void multiply_tile(float* c, const float* a, const float* panel, const PanelProduct& p, std::int64_t columns) {
  constexpr int V = Vec::kGemmVectors;
  Vec sum[R][V];
  for (auto& row : sum)
    for (auto& s : row) s = Vec::zero();
  const float* rows[R];
  for (int r = 0; r < R; ++r) rows[r] = a + r * p.a_pitch;
  for (std::int64_t k = 0; k < p.depth; ++k, panel += kPanelColumns) {
    Vec b[V];
    for (int v = 0; v < V; ++v) b[v] = Vec::load(panel + v * Vec::kWidth);
    for (int r = 0; r < R; ++r) {
      const Vec x = Vec::broadcast(rows[r][k]);
      for (int v = 0; v < V; ++v) sum[r][v] = fma(x, b[v], sum[r][v]);
    }
  }
  for (int r = 0; r < R; ++r) finish_row<V>(c + r * p.c_pitch, sum[r], p.adds, columns);
}

// R = kGemmRows down to 1.
template <int R>
inline void multiply_tile_of(std::int64_t rows, float* c, const float* a, const float* panel, const PanelProduct& p,
                             std::int64_t columns) {
  if constexpr (R > 1) {
    if (rows < R) return multiply_tile_of<R - 1>(rows, c, a, panel, p, columns);
  }
  multiply_tile<R>(c, a, panel, p, columns);
}

inline void multiply_panels(const PanelProduct& p) {
  constexpr int kRows = Vec::kGemmRows;
  const float* panel = p.panels;
  for (std::int64_t j = 0; j < p.columns; j += kPanelColumns, panel += p.panel_pitch)
    for (std::int64_t i = 0; i < p.rows; i += kRows)
      multiply_tile_of<kRows>(p.rows - i, p.c + i * p.c_pitch + j, p.a + i * p.a_pitch, panel, p, p.columns - j);
}

}  // namespace
}  // namespace wordkin::kernels
