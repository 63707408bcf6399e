// Four products of unsigned and signed bytes per lane with AVX512-VNNI. The format of rows is also that of AMX.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

#include "kernels/int8_tiles.inl.h"
#include "kernels/kernel_table.h"

namespace wordkin::kernels {
namespace {

// Elements of rows are stored as unsigned bytes with an offset of 128.
struct OffsetBytes512 {
  using Left = std::uint8_t;
  static constexpr int kOffset = 128;
  static void store_rounded(Left* p, Vec x) {
    const __m512i shifted = _mm512_add_epi32(_mm512_cvtps_epi32(x.v), _mm512_set1_epi32(kOffset));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(shifted));
  }
};

#if defined(__AVX512VNNI__)
struct ByteDots512 : OffsetBytes512 {
  using Row = __m512i;
  using Column = __m512i;
  static constexpr int kGroup = 4;
  static Row broadcast(const Left* p) {
    std::int32_t four;
    std::memcpy(&four, p, sizeof four);
    return _mm512_set1_epi32(four);
  }
  static Column load(const std::int8_t* p) { return _mm512_loadu_si512(p); }
  static IntVec multiply_add(Row x, Column b, IntVec sum) { return {_mm512_dpbusd_epi32(sum.v, x, b)}; }
};
#endif

}  // namespace
}  // namespace wordkin::kernels
