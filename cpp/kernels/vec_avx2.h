// float32 x 8 with AVX2, FMA and F16C.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

namespace wordkin::kernels {
namespace {

struct Vec {
  static constexpr int kWidth = 8;
  static constexpr int kTileRows = 2;  // 12 accumulators, 2 inputs and an output in 16 registers
  // columns, in vectors, for which kMaxGroup output rows and their changes fit the registers
  static constexpr int kApplyVectors = 1;
  static constexpr int kGemmRows = 6;  // 12 accumulators, 2 columns of B and a broadcast in 16 registers
  static constexpr int kGemmVectors = 2;
  __m256 v;

  static Vec zero() { return {_mm256_setzero_ps()}; }
  static Vec broadcast(float x) { return {_mm256_set1_ps(x)}; }
  static Vec load(const float* p) { return {_mm256_loadu_ps(p)}; }
  // Loads the first `count` (1 .. kWidth) floats at p, followed by zeros; nothing else is read.
  static Vec load_partial(const float* p, int count) {
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return {_mm256_maskload_ps(p, _mm256_cmpgt_epi32(_mm256_set1_epi32(count), lane))};
  }
  static Vec load_half(const std::uint16_t* p) {
    return {_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
  }
  static Vec load_half_partial(const std::uint16_t* p, int count) {
    std::uint16_t lanes[kWidth] = {};
    for (int i = 0; i < count; ++i) lanes[i] = p[i];
    return load_half(lanes);
  }
  // The bfloat16 elements in the lower or upper halves of the words, as floats.
  static Vec load_lower(const std::uint32_t* p) {
    return {_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)), 16))};
  }
  static Vec load_upper(const std::uint32_t* p) {
    const __m256i words = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    return {_mm256_castsi256_ps(_mm256_and_si256(words, _mm256_set1_epi32(-0x10000)))};
  }
  // Integers below 2^16 as floats.
  static Vec load_counts(const std::uint16_t* p) {
    return {_mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))))};
  }
  void store_counts(std::uint16_t* p) const {
    const __m256i n = _mm256_cvttps_epi32(v);
    const __m128i packed = _mm_packus_epi32(_mm256_castsi256_si128(n), _mm256_extracti128_si256(n, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), packed);
  }
  void store(float* p) const { _mm256_storeu_ps(p, v); }
};

inline Vec add(Vec a, Vec b) { return {_mm256_add_ps(a.v, b.v)}; }
inline Vec sub(Vec a, Vec b) { return {_mm256_sub_ps(a.v, b.v)}; }
inline Vec mul(Vec a, Vec b) { return {_mm256_mul_ps(a.v, b.v)}; }
inline Vec div(Vec a, Vec b) { return {_mm256_div_ps(a.v, b.v)}; }
inline Vec sqrt(Vec a) { return {_mm256_sqrt_ps(a.v)}; }
inline Vec fma(Vec a, Vec b, Vec c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
inline Vec min(Vec a, Vec b) { return {_mm256_min_ps(a.v, b.v)}; }
inline Vec max(Vec a, Vec b) { return {_mm256_max_ps(a.v, b.v)}; }
inline Vec abs(Vec a) { return {_mm256_andnot_ps(_mm256_set1_ps(-0.0f), a.v)}; }
inline Vec select_nonnegative(Vec condition, Vec a, Vec b) {
  return {_mm256_blendv_ps(b.v, a.v, _mm256_cmp_ps(condition.v, _mm256_setzero_ps(), _CMP_GE_OQ))};
}
// Bit i is set unless a_i < b_i, so it is also set if either is NaN.
inline unsigned not_less(Vec a, Vec b) {
  return static_cast<unsigned>(_mm256_movemask_ps(_mm256_cmp_ps(a.v, b.v, _CMP_NLT_UQ)));
}
inline Vec round(Vec a) { return {_mm256_round_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
// 2^n from n + kPowerShift.
inline constexpr float kPowerShift = 12583039.0f;  // 1.5 * 2^23 + 127: the last bits are the exponent of 2^n
inline Vec power_of_shifted(Vec a) { return {_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(a.v), 23))}; }
inline Vec scale_by_power(Vec a, Vec n) {
  const __m256i shifted = _mm256_slli_epi32(_mm256_cvtps_epi32(n.v), 23);
  return {_mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a.v), shifted))};
}
// Rounds to the nearest bfloat16, ties to even; NaN remains NaN.
inline Vec round_to_bfloat(Vec a) {
  const __m256i bits = _mm256_castps_si256(a.v);
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  const __m256i nearest = _mm256_add_epi32(_mm256_add_epi32(bits, _mm256_set1_epi32(0x7FFF)), odd);
  const __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
  const __m256 chosen =
      _mm256_blendv_ps(_mm256_castsi256_ps(nearest), _mm256_castsi256_ps(quiet), _mm256_cmp_ps(a.v, a.v, _CMP_UNORD_Q));
  return {_mm256_and_ps(chosen, _mm256_castsi256_ps(_mm256_set1_epi32(-0x10000)))};
}
// Stores lanes that are already bfloat16 as pairs in words.
inline void store_pairs(std::uint32_t* p, Vec lower, Vec upper) {
  const __m256i words =
      _mm256_or_si256(_mm256_srli_epi32(_mm256_castps_si256(lower.v), 16), _mm256_castps_si256(upper.v));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), words);
}
// Lane i of the result is the sum of the lanes of x[i]: three rounds of pairwise adds that also transpose.
inline Vec sums(const Vec (&x)[8]) {
  const __m256 s01 = _mm256_hadd_ps(x[0].v, x[1].v), s23 = _mm256_hadd_ps(x[2].v, x[3].v);
  const __m256 s45 = _mm256_hadd_ps(x[4].v, x[5].v), s67 = _mm256_hadd_ps(x[6].v, x[7].v);
  const __m256 s0123 = _mm256_hadd_ps(s01, s23), s4567 = _mm256_hadd_ps(s45, s67);
  return {_mm256_add_ps(_mm256_permute2f128_ps(s0123, s4567, 0x20), _mm256_permute2f128_ps(s0123, s4567, 0x31))};
}
// Transposes an 8 x 8 matrix.
inline void transpose(Vec (&x)[8]) {
  __m256 quads[8];
  for (int i = 0; i < 8; i += 4) {
    const __m256 a = _mm256_unpacklo_ps(x[i].v, x[i + 1].v), b = _mm256_unpackhi_ps(x[i].v, x[i + 1].v);
    const __m256 c = _mm256_unpacklo_ps(x[i + 2].v, x[i + 3].v), d = _mm256_unpackhi_ps(x[i + 2].v, x[i + 3].v);
    quads[i] = _mm256_shuffle_ps(a, c, 0x44);
    quads[i + 1] = _mm256_shuffle_ps(a, c, 0xEE);
    quads[i + 2] = _mm256_shuffle_ps(b, d, 0x44);
    quads[i + 3] = _mm256_shuffle_ps(b, d, 0xEE);
  }
  for (int i = 0; i < 4; ++i) {
    x[i].v = _mm256_permute2f128_ps(quads[i], quads[4 + i], 0x20);
    x[4 + i].v = _mm256_permute2f128_ps(quads[i], quads[4 + i], 0x31);
  }
}
inline void prefetch(const void* p) { _mm_prefetch(static_cast<const char*>(p), _MM_HINT_T0); }
inline void prefetch_soon(const void* p) { _mm_prefetch(static_cast<const char*>(p), _MM_HINT_T1); }

// Lanes of int32.
struct IntVec {
  __m256i v;

  static IntVec zero() { return {_mm256_setzero_si256()}; }
  static IntVec load(const std::int32_t* p) { return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))}; }
  void store(std::int32_t* p) const { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v); }
};
inline IntVec add(IntVec a, IntVec b) { return {_mm256_add_epi32(a.v, b.v)}; }
inline Vec to_floats(IntVec a) { return {_mm256_cvtepi32_ps(a.v)}; }
// The larger of a and the bits of |b|, which are ordered like the magnitudes, with infinity and NaN above them.
inline IntVec max_magnitude(IntVec a, Vec b) {
  return {_mm256_max_epi32(a.v, _mm256_and_si256(_mm256_castps_si256(b.v), _mm256_set1_epi32(0x7FFFFFFF)))};
}

// Pairs of bytes are widened to 16 bits when they are read: vpmaddwd adds the products of a pair in each lane, exactly.
// vpmaddubsw, which reads bytes, would saturate at 2^15: a pair of products of 8-bit integers can be twice that.
// Avoiding the saturation by multiplying magnitudes with signed bytes (vpsignb) takes as many instructions as widening.
struct BytePairs {
  using Left = std::int16_t;
  using Row = __m256i;
  using Column = __m256i;
  static constexpr int kGroup = 2;
  static constexpr int kOffset = 0;
  static Row broadcast(const Left* p) {
    std::int32_t pair;
    std::memcpy(&pair, p, sizeof pair);
    return _mm256_set1_epi32(pair);
  }
  static Column load(const std::int8_t* p) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  static IntVec multiply_add(Row x, Column b, IntVec sum) {
    __m256i next = _mm256_add_epi32(sum.v, _mm256_madd_epi16(x, b));
#if defined(__GNUC__)
    // Otherwise GCC would first add the products of several steps, for which there are not enough registers.
    __asm__("" : "+x"(next));
#endif
    return {next};
  }
  static void store_rounded(Left* p, Vec x) {
    const __m256i n = _mm256_cvtps_epi32(x.v);
    const __m128i packed = _mm_packs_epi32(_mm256_castsi256_si128(n), _mm256_extracti128_si256(n, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), packed);
  }
};

}  // namespace
}  // namespace wordkin::kernels
