// Copies and transposes matrices; packing is built from these kernels. Included once per ISA.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/vec.h"

namespace wordkin::kernels {
namespace {

inline void copy(float* out, std::int64_t out_pitch, const float* in, std::int64_t in_pitch, std::int64_t rows,
                 std::int64_t columns) {
  for (std::int64_t i = 0; i < rows; ++i, out += out_pitch, in += in_pitch) {
    std::int64_t j = 0;
    for (; j + Vec::kWidth <= columns; j += Vec::kWidth) Vec::load(in + j).store(out + j);
    for (; j < columns; ++j) out[j] = in[j];
  }
}

inline void transpose(float* out, std::int64_t out_pitch, const float* in, std::int64_t in_pitch, std::int64_t rows,
                      std::int64_t columns) {
  constexpr int W = Vec::kWidth;
  const std::int64_t whole_rows = rows - rows % W, whole_columns = columns - columns % W;
  for (std::int64_t i = 0; i < whole_rows; i += W)
    for (std::int64_t j = 0; j < whole_columns; j += W) {
      Vec block[W];
      for (int r = 0; r < W; ++r) block[r] = Vec::load(in + (i + r) * in_pitch + j);
      transpose(block);
      for (int r = 0; r < W; ++r) block[r].store(out + (j + r) * out_pitch + i);
    }
  for (std::int64_t j = 0; j < columns; ++j)
    for (std::int64_t i = j < whole_columns ? whole_rows : 0; i < rows; ++i)
      out[j * out_pitch + i] = in[i * in_pitch + j];
}

}  // namespace
}  // namespace wordkin::kernels
