// bfloat16 with AMX: a tile register holds 16 rows of 64 bytes, and one instruction multiplies 16 rows of 32 numbers of
// A by 32 rows of 16 columns of B.
//
// Two tiles of A's rows by two of a panel's columns make four tiles of sums: every tile that is loaded is used twice,
// so loading keeps up with multiplying. An element's sum begins with what C holds and goes on in steps of 32 numbers,
// whatever rows stand beside it. Where C has less than 16 or 32 rows or 32 columns, a block beside it takes its place;
// A's rows behind the last are read (they lie in the same scratch memory) and their sums dropped.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "kernels/bfloat_packing.inl.h"
#include "kernels/bfloat_rows.inl.h"
#include "kernels/kernel_table.h"

namespace wordkin::kernels {
namespace {

inline constexpr int kTileRows = 16;
inline constexpr int kTileDepth = 32;                // numbers of A's row in a tile
inline constexpr int kAmxColumns = 32;               // of a panel: those of Vec's tiles as well
inline constexpr int kTileWords = 16 * kAmxColumns;  // of a panel in one step: two tiles of B

// Sixteen rows of 64 bytes in every tile.
struct alignas(64) TileShapes {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

constexpr TileShapes kTileShapes;

// GCC's macros do not say that tiles are loaded from memory: what was written there must have been.
inline void finish_writing() { __asm__ volatile("" ::: "memory"); }

// Some rows and columns of C, or of the block that stands for them.
inline void copy_corner(float* out, std::int64_t out_pitch, const float* in, std::int64_t in_pitch, std::int64_t rows,
                        std::int64_t columns) {
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < columns; ++j) out[i * out_pitch + j] = in[i * in_pitch + j];
}

// The lines of the next panel, spread over the steps of this one's tiles.
struct AmxPrefetch {
  const char* line;
  int count;
};

// Sums in the tile registers 0 to 3, rows of A in 4 and 5, columns of B in 6 and 7.
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

// rows, columns: of C that there are.
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
  constexpr int kLines = kTileWords / 16;  // of one step
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
  _tile_release();  // a thread with tiles in use costs 8 KB at every switch
}

constexpr BfloatKernels kAmxBfloat{kTileDepth, pack_bfloat, pack_bfloat_transposed, round_rows_to_bfloat,
                                   multiply_with_amx};

}  // namespace
}  // namespace wordkin::kernels
