// Products of 8-bit integers with AMX: one instruction multiplies 16 rows of 64 unsigned bytes of A by 64 rows of 16
// columns of signed bytes of B. See bfloat_amx.inl.h; here the sums of a block are converted to floats at the end. Rows
// of A past the last one are read (they are in the same scratch memory), and their sums are discarded.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "kernels/amx_tiles.inl.h"
#include "kernels/int8_dot512.inl.h"
#include "kernels/kernel_table.h"

namespace wordkin::kernels {
namespace {

inline constexpr int kByteTileDepth = 64;                  // elements of a row of A per tile
inline constexpr int kByteTileStep = 64 * kAmxColumns;     // bytes of a panel per step: two tiles of B
inline constexpr int kByteTileLines = kByteTileStep / 64;  // cache lines per step

// Sums are in tile registers 0 to 3, rows of A in 4 and 5, columns of B in 6 and 7. sums: OUT (kRowTiles * kTileRows,
// kAmxColumns).
template <int kRowTiles>
inline void sum_byte_tiles(std::int32_t* sums, const std::uint8_t* a, std::int64_t a_pitch, const std::int8_t* panel,
                           AmxPrefetch lookahead) {
  const auto a_stride = static_cast<int>(a_pitch);
  constexpr int b_stride = kAmxColumns * 4, c_stride = kAmxColumns * 4;
  std::int32_t* lower = sums + kTileRows * kAmxColumns;
  finish_writing();
  _tile_zero(0);
  _tile_zero(1);
  if constexpr (kRowTiles == 2) {
    _tile_zero(2);
    _tile_zero(3);
  }
  for (std::int64_t k = 0; k < a_pitch; k += kByteTileDepth, panel += kByteTileStep) {
    _tile_loadd(4, a + k, a_stride);
    _tile_loadd(6, panel, b_stride);
    _tile_loadd(7, panel + 64, b_stride);
    for (int i = 0; i < lookahead.count; ++i, lookahead.line += 64) _mm_prefetch(lookahead.line, _MM_HINT_T1);
    _tile_dpbusd(0, 4, 6);
    _tile_dpbusd(1, 4, 7);
    if constexpr (kRowTiles == 2) {
      _tile_loadd(5, a + kTileRows * a_pitch + k, a_stride);
      _tile_dpbusd(2, 5, 6);
      _tile_dpbusd(3, 5, 7);
    }
  }
  _tile_stored(0, sums, c_stride);
  _tile_stored(1, sums + 16, c_stride);
  if constexpr (kRowTiles == 2) {
    _tile_stored(2, lower, c_stride);
    _tile_stored(3, lower + 16, c_stride);
  }
  finish_writing();
}

// A block of C whose first element has the row i and the column j.
template <int kRowTiles>
inline void multiply_byte_block(const Int8Product& p, std::int64_t i, std::int64_t j, const std::int8_t* panel,
                                AmxPrefetch lookahead) {
  constexpr int kRows = kRowTiles * kTileRows, V = Vec::kGemmVectors;
  static_assert(V * Vec::kWidth == kAmxColumns);
  alignas(64) std::int32_t block[kRows * kAmxColumns];
  sum_byte_tiles<kRowTiles>(block, static_cast<const std::uint8_t*>(p.a) + i * p.a_pitch, p.a_pitch, panel, lookahead);
  const std::int64_t rows = p.rows - i < kRows ? p.rows - i : kRows;
  for (std::int64_t r = 0; r < rows; ++r) {
    IntVec sums[V];
    for (int v = 0; v < V; ++v) {
      const IntVec products = IntVec::load(block + r * kAmxColumns + v * Vec::kWidth);
      sums[v] = {_mm512_add_epi32(products.v, IntVec::load(p.offsets + j + v * Vec::kWidth).v)};
    }
    Vec floats[V];
    scale_sums(floats, sums, p.scales + j, p.a_scales[i + r]);
    finish_row<V>(p.c + (i + r) * p.c_pitch + j, floats, p.adds, p.columns - j);
  }
}

inline void multiply_bytes_with_amx(const Int8Product& p) {
  constexpr int kRows = 2 * kTileRows;
  _tile_loadconfig(&kTileShapes);
  const std::int64_t panel_bytes = p.a_pitch * kAmxColumns;
  const auto blocks = static_cast<int>((p.rows + kRows - 1) / kRows);
  const int share = p.next_panel == nullptr ? 0 : (kByteTileLines + blocks - 1) / blocks;
  const std::int8_t* panel = p.panels;
  for (std::int64_t j = 0; j < p.columns; j += kAmxColumns, panel += panel_bytes) {
    const auto* next = reinterpret_cast<const char*>(j + kAmxColumns < p.columns ? panel + panel_bytes : p.next_panel);
    int fetched = 0;
    for (std::int64_t i = 0; i < p.rows; i += kRows) {
      const int count = kByteTileLines - fetched < share ? kByteTileLines - fetched : share;
      const AmxPrefetch lookahead{next + fetched * (p.a_pitch / kByteTileDepth) * 64, count};
      (p.rows - i > kTileRows ? multiply_byte_block<2> : multiply_byte_block<1>)(p, i, j, panel, lookahead);
      fetched += count;
    }
  }
  _tile_release();  // each context switch of a thread with tiles in use saves and restores 8 KB
}

constexpr Int8Kernels kAmxBytes{4, kByteTileDepth, 1, round_rows_to_bytes<OffsetBytes512>, multiply_bytes_with_amx};

}  // namespace
}  // namespace wordkin::kernels
