// The parts that the AMX kernels share: shapes of their tiles, and prefetching.
#pragma once

#include <cstdint>

namespace wordkin::kernels {
namespace {

inline constexpr int kTileRows = 16;
inline constexpr int kAmxColumns = 32;  // columns per panel, the same as for the tiles of Vec

// All tiles have sixteen rows of 64 bytes.
struct alignas(64) TileShapes {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

constexpr TileShapes kTileShapes;

// GCC's macros do not declare that tiles access memory: earlier stores must be completed explicitly, and later loads
// must not be moved ahead.
inline void finish_writing() { __asm__ volatile("" ::: "memory"); }

// The cache lines of the next panel, prefetched during the steps of the current tiles.
struct AmxPrefetch {
  const char* line;
  int count;
};

}  // namespace
}  // namespace wordkin::kernels
