// bfloat16 products with AVX512-BF16: vdpbf16ps multiplies a pair of elements in each lane and adds both products.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "kernels/bfloat_packing.inl.h"
#include "kernels/bfloat_rows.inl.h"
#include "kernels/gemm_tile.inl.h"

namespace wordkin::kernels {
namespace {

struct DotFormat {
  using Left = std::uint32_t;  // a pair
  using Right = std::uint32_t;
  using Row = __m512bh;
  using Column = __m512bh;
  static constexpr int kRowsInOne = 1;
  static Row broadcast(std::uint32_t pair) {
    return reinterpret_cast<__m512bh>(_mm512_set1_epi32(static_cast<int>(pair)));
  }
  template <int kHalf>
  static Column load(const std::uint32_t* p) {
    return reinterpret_cast<__m512bh>(_mm512_loadu_si512(p));
  }
  static Vec multiply_add(Row x, Column b, Vec sum) { return {_mm512_dpbf16_ps(sum.v, x, b)}; }
};

inline void multiply_dots(const PanelProduct<void, std::uint32_t>& p) {
  const PanelProduct<std::uint32_t, std::uint32_t> pairs{
      p.c,           p.c_pitch,         static_cast<const std::uint32_t*>(p.a),
      p.a_pitch / 2, p.panels,          p.next_panel,
      p.rows,        (p.depth + 1) / 2, p.columns,
      p.adds};
  multiply_in_tiles<DotFormat>(pairs);
}

constexpr BfloatKernels kDotBfloat{2,
                                   pack_bfloat<ConvertedPairs>,
                                   pack_bfloat_transposed<ConvertedPairs>,
                                   round_rows_to_bfloat,
                                   round_columns_to_bfloat,
                                   multiply_dots};

}  // namespace
}  // namespace wordkin::kernels
