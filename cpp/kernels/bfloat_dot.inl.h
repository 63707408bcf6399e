// bfloat16 products with AVX512-BF16: vdpbf16ps multiplies a pair of elements in each lane and adds both products.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "kernels/bfloat_packing.inl.h"
#include "kernels/bfloat_rows.inl.h"
#include "kernels/gemm_tile.inl.h"

namespace wordkin::kernels {
namespace {

// Sixteen lanes of `sum`, each with the products of a pair added.
WORDKIN_INLINE __m512 add_products(__m512 sum, __m512i x, __m512i y) {
#if defined(__clang__) && __clang_major__ < 17
  asm("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(x), "v"(y));  // the compiler crashes on tiles with the intrinsic
  return sum;
#else
  return _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(x), reinterpret_cast<__m512bh>(y));
#endif
}

struct DotFormat {
  using Left = std::uint32_t;  // a pair
  using Right = std::uint32_t;
  using Row = __m512i;
  using Column = __m512i;
  static constexpr int kRowsInOne = 1;
  static Row broadcast(std::uint32_t pair) { return _mm512_set1_epi32(static_cast<int>(pair)); }
  template <int kHalf>
  static Column load(const std::uint32_t* p) {
    return _mm512_loadu_si512(p);
  }
  static Vec multiply_add(Row x, Column b, Vec sum) { return {add_products(sum.v, x, b)}; }
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
