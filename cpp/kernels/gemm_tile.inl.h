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
inline constexpr int kLineFloats = 16;  // of a cache line

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

// One step along the depth for R rows. Rows stand three to a pointer, which x86 can address with the pitch as index: a
// pointer a row would not leave enough registers.
template <int R>
WORDKIN_INLINE void multiply_step(Vec (&sum)[R][Vec::kGemmVectors], const float* const* rows, std::int64_t pitch,
                                  const float* panel) {
  constexpr int V = Vec::kGemmVectors;
  Vec b[V];
  for (int v = 0; v < V; ++v) b[v] = Vec::load(panel + v * Vec::kWidth);
  for (int r = 0; r < R; ++r) {
    const Vec x = Vec::broadcast(rows[r / 3][r % 3 * pitch]);
    for (int v = 0; v < V; ++v) sum[r][v] = fma(x, b[v], sum[r][v]);
  }
}

// Where the lines of the next panel are fetched from, and how many of them along with every four steps: spread evenly
// over the tiles of this panel they arrive in time, and the hardware's own prefetching follows them. (512 x 16384
// weights in the last-level cache, 32 rows: 79 GFLOP/s without, 114 with; Xeon at 2.8 GHz.)
struct Ahead {
  const float* line;
  int count;
};

template <int R>
inline void multiply_tile(float* c, const float* a, const float* panel, const PanelProduct& p, std::int64_t columns,
                          Ahead ahead) {
  constexpr int V = Vec::kGemmVectors;
  constexpr int kPointers = (R + 2) / 3;
  Vec sum[R][V];
  for (auto& row : sum)
    for (auto& s : row) s = Vec::zero();
  const float* rows[kPointers];
  for (int i = 0; i < kPointers; ++i) rows[i] = a + 3 * i * p.a_pitch;
  const auto step = [&] {
    multiply_step<R>(sum, rows, p.a_pitch, panel);
    for (auto& row : rows) ++row;
    panel += kPanelColumns;
  };
  for (int r = 0; r < R; ++r)  // C is far away when it is large: worth a tenth at 640 rows
    for (int v = 0; v < V; ++v) prefetch(c + r * p.c_pitch + v * Vec::kWidth);
  std::int64_t k = 0;
  for (; k + 4 <= p.depth; k += 4) {
    for (int i = 0; i < ahead.count; ++i, ahead.line += kLineFloats) prefetch_soon(ahead.line);
    step();
    step();
    step();
    step();
  }
  for (; k < p.depth; ++k) step();
  for (int r = 0; r < R; ++r) finish_row<V>(c + r * p.c_pitch, sum[r], p.adds, columns);
}

// R = kGemmRows down to 1.
template <int R>
inline void multiply_tile_of(std::int64_t rows, float* c, const float* a, const float* panel, const PanelProduct& p,
                             std::int64_t columns, Ahead ahead) {
  if constexpr (R > 1) {
    if (rows < R) return multiply_tile_of<R - 1>(rows, c, a, panel, p, columns, ahead);
  }
  multiply_tile<R>(c, a, panel, p, columns, ahead);
}

inline void multiply_panels(const PanelProduct& p) {
  constexpr int kRows = Vec::kGemmRows;
  constexpr int kLines = 4 * kPanelColumns / kLineFloats;  // of four steps
  const auto tiles = static_cast<int>((p.rows + kRows - 1) / kRows);
  const int share = p.upcoming == nullptr ? 0 : (kLines + tiles - 1) / tiles;
  const std::int64_t panel_floats = p.depth * kPanelColumns;
  const float* panel = p.panels;
  for (std::int64_t j = 0; j < p.columns; j += kPanelColumns, panel += panel_floats) {
    const float* next = j + kPanelColumns < p.columns ? panel + panel_floats : p.upcoming;
    int fetched = 0;
    for (std::int64_t i = 0; i < p.rows; i += kRows) {
      const int count = kLines - fetched < share ? kLines - fetched : share;
      multiply_tile_of<kRows>(p.rows - i, p.c + i * p.c_pitch + j, p.a + i * p.a_pitch, panel, p, p.columns - j,
                              {next + fetched * (p.depth / 4) * kLineFloats, count});
      fetched += count;
    }
  }
}

}  // namespace
}  // namespace wordkin::kernels
