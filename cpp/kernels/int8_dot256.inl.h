// Four products of unsigned and signed bytes per lane with AVX-VNNI.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

#include "kernels/int8_tiles.inl.h"
#include "kernels/kernel_table.h"

namespace wordkin::kernels {
namespace {

// Elements of rows are stored as unsigned bytes with an offset of 128.
struct ByteDots256 {
  using Left = std::uint8_t;
  using Row = __m256i;
  using Column = __m256i;
  static constexpr int kGroup = 4;
  static constexpr int kOffset = 128;
  static Row broadcast(const Left* p) {
    std::int32_t four;
    std::memcpy(&four, p, sizeof four);
    return _mm256_set1_epi32(four);
  }
  static Column load(const std::int8_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
  static IntVec multiply_add(Row x, Column b, IntVec sum) { return {_mm256_dpbusd_avx_epi32(sum.v, x, b)}; }
  static void store_rounded(Left* p, Vec x) {
    const __m256i shifted = _mm256_add_epi32(_mm256_cvtps_epi32(x.v), _mm256_set1_epi32(kOffset));
    const __m128i shorts = _mm_packus_epi32(_mm256_castsi256_si128(shifted), _mm256_extracti128_si256(shifted, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packus_epi16(shorts, shorts));
  }
};

}  // namespace
}  // namespace wordkin::kernels
