// bfloat16 products with AMX: a tile register holds 16 rows of 64 bytes, and one instruction multiplies 16 rows of 32
// elements of A by 32 rows of 16 columns of B.
//
// Two tiles of rows of A and two tiles of columns of a panel yield four tiles of sums. Every tile that is loaded is
// used twice, so loads keep up with the multiplications. The sum of an element starts with the value in C and is
// accumulated in steps of 32 elements, regardless of the other rows. If C has fewer than 16 or 32 rows, or fewer than
// 32 columns, a temporary block is used in its place. Rows of A past the last one are read (they are in the same
// scratch memory), and their sums are discarded.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "kernels/amx_tiles.inl.h"
#include "kernels/bfloat_packing.inl.h"
#include "kernels/bfloat_rows.inl.h"
#include "kernels/kernel_table.h"

namespace wordkin::kernels {
namespace {

inline constexpr int kTileDepth = 32;                // elements of a row of A per tile
inline constexpr int kTileWords = 16 * kAmxColumns;  // words of a panel per step: two tiles of B

// Copies some rows and columns between C and the temporary block.
inline void copy_corner(float* out, std::int64_t out_pitch, const float* in, std::int64_t in_pitch, std::int64_t rows,
                        std::int64_t columns) {
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < columns; ++j) out[i * out_pitch + j] = in[i * in_pitch + j];
}

// Sums are in tile registers 0 to 3, rows of A in 4 and 5, columns of B in 6 and 7.
template <int kRowTiles>
inline void multiply_tiles(float* c, std::int64_t c_pitch, const std::uint16_t* a, std::int64_t a_pitch,
                           const std::uint32_t* panel, bool adds, AmxPrefetch lookahead) {
  const auto c_stride = static_cast<int>(c_pitch * 4), a_stride = static_cast<int>(a_pitch * 2);
  constexpr int b_stride = kAmxColumns * 4;
  float* lower = c + kTileRows * c_pitch;
  finish_writing();
  if (adds) {
    _tile_loadd(0, c, c_stride);
    _tile_loadd(1, c + 16, c_stride);
    if constexpr (kRowTiles == 2) {
      _tile_loadd(2, lower, c_stride);
      _tile_loadd(3, lower + 16, c_stride);
    }
  } else {
    _tile_zero(0);
    _tile_zero(1);
    if constexpr (kRowTiles == 2) {
      _tile_zero(2);
      _tile_zero(3);
    }
  }
  for (std::int64_t k = 0; k < a_pitch; k += kTileDepth, panel += kTileWords) {
    _tile_loadd(4, a + k, a_stride);
    _tile_loadd(6, panel, b_stride);
    _tile_loadd(7, panel + 16, b_stride);
    for (int i = 0; i < lookahead.count; ++i, lookahead.line += 64) _mm_prefetch(lookahead.line, _MM_HINT_T1);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    if constexpr (kRowTiles == 2) {
      _tile_loadd(5, a + kTileRows * a_pitch + k, a_stride);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
  }
  _tile_stored(0, c, c_stride);
  _tile_stored(1, c + 16, c_stride);
  if constexpr (kRowTiles == 2) {
    _tile_stored(2, lower, c_stride);
    _tile_stored(3, lower + 16, c_stride);
  }
}

// rows, columns: the number of valid ones in C.
template <int kRowTiles>
inline void multiply_block(float* c, std::int64_t c_pitch, const std::uint16_t* a, std::int64_t a_pitch,
                           const std::uint32_t* panel, bool adds, std::int64_t rows, std::int64_t columns,
                           AmxPrefetch lookahead) {
  if (rows >= kRowTiles * kTileRows && columns >= kAmxColumns)
    return multiply_tiles<kRowTiles>(c, c_pitch, a, a_pitch, panel, adds, lookahead);
  alignas(64) float block[kRowTiles * kTileRows * kAmxColumns];
  const std::int64_t some_columns = columns < kAmxColumns ? columns : kAmxColumns;
  if (adds) {
    for (auto& sum : block) sum = 0.0f;
    copy_corner(block, kAmxColumns, c, c_pitch, rows, some_columns);
  }
  multiply_tiles<kRowTiles>(block, kAmxColumns, a, a_pitch, panel, adds, lookahead);
  copy_corner(c, c_pitch, block, kAmxColumns, rows, some_columns);
}

inline void multiply_with_amx(const PanelProduct<void, std::uint32_t>& p) {
  constexpr int kRows = 2 * kTileRows;
  _tile_loadconfig(&kTileShapes);
  const auto* a = static_cast<const std::uint16_t*>(p.a);
  const std::int64_t panel_words = p.a_pitch / 2 * kAmxColumns;
  constexpr int kLines = kTileWords / 16;  // cache lines per step
  const auto blocks = static_cast<int>((p.rows + kRows - 1) / kRows);
  const int share = p.next_panel == nullptr ? 0 : (kLines + blocks - 1) / blocks;
  const std::uint32_t* panel = p.panels;
  for (std::int64_t j = 0; j < p.columns; j += kAmxColumns, panel += panel_words) {
    const auto* next = reinterpret_cast<const char*>(j + kAmxColumns < p.columns ? panel + panel_words : p.next_panel);
    int fetched = 0;
    for (std::int64_t i = 0; i < p.rows; i += kRows) {
      const int count = kLines - fetched < share ? kLines - fetched : share;
      const AmxPrefetch lookahead{next + fetched * (p.a_pitch / kTileDepth) * 64, count};
      const std::int64_t rows = p.rows - i < kRows ? p.rows - i : kRows;
      (rows > kTileRows ? multiply_block<2> : multiply_block<1>)(p.c + i * p.c_pitch + j, p.c_pitch, a + i * p.a_pitch,
                                                                 p.a_pitch, panel, p.adds, rows, p.columns - j,
                                                                 lookahead);
      fetched += count;
    }
  }
  _tile_release();  // each context switch of a thread with tiles in use saves and restores 8 KB
}

constexpr BfloatKernels kAmxBfloat{
    kTileDepth,           pack_bfloat<ConvertedPairs>, pack_bfloat_transposed<ConvertedPairs>,
    round_rows_to_bfloat, round_columns_to_bfloat,     multiply_with_amx};

}  // namespace
}  // namespace wordkin::kernels
