// bfloat16 products without hardware support: the 16-bit elements are widened when they are read, and the arithmetic is
// float32. Reading half as much memory is what makes this faster when there are few rows. Included once per ISA.
#pragma once

#include <cstdint>

#include "kernels/bfloat_packing.inl.h"
#include "kernels/gemm_tile.inl.h"
#include "kernels/kernel_table.h"
#include "kernels/matrix_copy.inl.h"
#include "kernels/vec.h"

namespace wordkin::kernels {
namespace {

struct WidenedFormat {
  using Left = float;
  using Right = std::uint32_t;
  using Row = Vec;
  using Column = Vec;
  static constexpr int kRowsInOne = 2;
  static Row broadcast(float x) { return Vec::broadcast(x); }
  template <int kHalf>
  static Column load(const std::uint32_t* p) {
    return kHalf == 0 ? Vec::load_lower(p) : Vec::load_upper(p);
  }
  static Vec multiply_add(Row x, Column b, Vec sum) { return fma(x, b, sum); }
};

inline void multiply_widened(const PanelProduct<void, std::uint32_t>& p) { multiply_in_tiles<WidenedFormat>(p); }

inline void round_rows(void* out, std::int64_t pitch, const float* in, std::int64_t in_pitch, std::int64_t rows,
                       std::int64_t columns) {
  auto* floats = static_cast<float*>(out);
  for (std::int64_t i = 0; i < rows; ++i, floats += pitch, in += in_pitch) {
    std::int64_t j = 0;
    for (; j + Vec::kWidth <= columns; j += Vec::kWidth) round_to_bfloat(Vec::load(in + j)).store(floats + j);
    if (j < columns) {
      float rest[Vec::kWidth];
      round_to_bfloat(load_some(in + j, columns - j)).store(rest);
      for (std::int64_t k = j; k < columns; ++k) floats[k] = rest[k - j];
    }
    for (j = columns; j < pitch; ++j) floats[j] = 0.0f;
  }
}

inline void round_transposed(void* out, std::int64_t pitch, const float* in, std::int64_t in_pitch, std::int64_t rows,
                             std::int64_t columns) {
  auto* const floats = static_cast<float*>(out);
  transpose(floats, pitch, in, in_pitch, columns, rows);
  round_rows(floats, pitch, floats, pitch, rows, columns);
}

constexpr BfloatKernels kWidenedBfloat{2,          pack_bfloat<RoundedPairs>, pack_bfloat_transposed<RoundedPairs>,
                                       round_rows, round_transposed,          multiply_widened};

}  // namespace
}  // namespace wordkin::kernels
