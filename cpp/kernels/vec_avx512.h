// float32 x 16 with AVX-512 F, BW, DQ, VL.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

namespace wordkin::kernels {
namespace {

struct Vec {
  static constexpr int kWidth = 16;
  static constexpr int kTileRows = 4;  // 24 accumulators, 4 inputs and an output in 32 registers
  // columns, in vectors, for which kMaxGroup output rows and their changes fit the registers
  static constexpr int kApplyVectors = 2;
  static constexpr int kGemmRows = 12;  // 24 accumulators, 2 columns of B and broadcasts in 32 registers
  static constexpr int kGemmVectors = 2;
  __m512 v;

  static Vec zero() { return {_mm512_setzero_ps()}; }
  static Vec broadcast(float x) { return {_mm512_set1_ps(x)}; }
  static Vec load(const float* p) { return {_mm512_loadu_ps(p)}; }
  // Loads the first `count` (1 .. kWidth) floats at p, followed by zeros; nothing else is read.
  static Vec load_partial(const float* p, int count) {
    return {_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1u), p)};
  }
  static Vec load_half(const std::uint16_t* p) {
    return {_mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
  }
  static Vec load_half_partial(const std::uint16_t* p, int count) {
    return {_mm512_cvtph_ps(_mm256_maskz_loadu_epi16(static_cast<__mmask16>((1u << count) - 1u), p))};
  }
  // The bfloat16 elements in the lower or upper halves of the words, as floats.
  static Vec load_lower(const std::uint32_t* p) {
    return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_loadu_si512(p), 16))};
  }
  static Vec load_upper(const std::uint32_t* p) {
    return {_mm512_castsi512_ps(_mm512_and_si512(_mm512_loadu_si512(p), _mm512_set1_epi32(-0x10000)))};
  }
  // Integers below 2^16 as floats.
  static Vec load_counts(const std::uint16_t* p) {
    return {_mm512_cvtepi32_ps(_mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))))};
  }
  void store_counts(std::uint16_t* p) const {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(_mm512_cvttps_epi32(v)));
  }
  void store(float* p) const { _mm512_storeu_ps(p, v); }
};

inline Vec add(Vec a, Vec b) { return {_mm512_add_ps(a.v, b.v)}; }
inline Vec sub(Vec a, Vec b) { return {_mm512_sub_ps(a.v, b.v)}; }
inline Vec mul(Vec a, Vec b) { return {_mm512_mul_ps(a.v, b.v)}; }
inline Vec div(Vec a, Vec b) { return {_mm512_div_ps(a.v, b.v)}; }
inline Vec sqrt(Vec a) { return {_mm512_sqrt_ps(a.v)}; }
inline Vec fma(Vec a, Vec b, Vec c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
inline Vec min(Vec a, Vec b) { return {_mm512_min_ps(a.v, b.v)}; }
inline Vec max(Vec a, Vec b) { return {_mm512_max_ps(a.v, b.v)}; }
inline Vec abs(Vec a) { return {_mm512_abs_ps(a.v)}; }
inline Vec select_nonnegative(Vec condition, Vec a, Vec b) {
  return {_mm512_mask_blend_ps(_mm512_cmp_ps_mask(condition.v, _mm512_setzero_ps(), _CMP_GE_OQ), b.v, a.v)};
}
// Bit i is set unless a_i < b_i, so it is also set if either is NaN.
inline unsigned not_less(Vec a, Vec b) { return _mm512_cmp_ps_mask(a.v, b.v, _CMP_NLT_UQ); }
inline Vec round(Vec a) { return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
// 2^n from n + kPowerShift.
inline constexpr float kPowerShift = 12583039.0f;  // 1.5 * 2^23 + 127: the last bits are the exponent of 2^n
inline Vec power_of_shifted(Vec a) { return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(a.v), 23))}; }
inline Vec scale_by_power(Vec a, Vec n) { return {_mm512_scalef_ps(a.v, n.v)}; }
// Rounds to the nearest bfloat16, ties to even; NaN remains NaN.
inline Vec round_to_bfloat(Vec a) {
  const __m512i bits = _mm512_castps_si512(a.v);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  const __m512i nearest = _mm512_add_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x7FFF)), odd);
  const __mmask16 is_nan = _mm512_cmp_ps_mask(a.v, a.v, _CMP_UNORD_Q);
  const __m512i chosen = _mm512_mask_or_epi32(nearest, is_nan, bits, _mm512_set1_epi32(0x400000));
  return {_mm512_castsi512_ps(_mm512_and_si512(chosen, _mm512_set1_epi32(-0x10000)))};
}
// Stores lanes that are already bfloat16 as pairs in words.
inline void store_pairs(std::uint32_t* p, Vec lower, Vec upper) {
  _mm512_storeu_si512(
      p, _mm512_or_si512(_mm512_srli_epi32(_mm512_castps_si512(lower.v), 16), _mm512_castps_si512(upper.v)));
}

// Sums of 128-bit blocks of two vectors, then of pairs within them: the steps of the transposed sum below.
inline __m512 add_halves(__m512 a, __m512 b) {
  return _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xEE));
}
inline __m512 add_quarters(__m512 a, __m512 b) {
  return _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x88), _mm512_shuffle_f32x4(a, b, 0xDD));
}
inline __m512 add_pairs(__m512 a, __m512 b) {
  return _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
}
// Lane i of the result is the sum of the lanes of x[i], with a fixed order of additions: 15 adds and 30 shuffles for
// 16 sums, where sixteen separate reductions would take 64 of each.
inline Vec sums(const Vec (&x)[16]) {
  __m512 q[4];
  for (int i = 0; i < 4; ++i) {
    const __m512 lower = add_halves(x[i].v, x[4 + i].v);  // blocks: i, i, 4+i, 4+i
    const __m512 upper = add_halves(x[8 + i].v, x[12 + i].v);
    q[i] = add_quarters(lower, upper);  // blocks: i, 4+i, 8+i, 12+i
  }
  const __m512 even = add_pairs(q[0], q[2]), odd = add_pairs(q[1], q[3]);  // lanes of a block: 0 2 0 2 and 1 3 1 3
  return {add_pairs(even, odd)};
}
// Likewise for 8 sums, followed by zeros.
inline Vec sums(const Vec (&x)[8]) {
  __m512 q[4];
  for (int i = 0; i < 4; ++i) q[i] = add_quarters(add_halves(x[i].v, x[4 + i].v), _mm512_setzero_ps());
  return {add_pairs(add_pairs(q[0], q[2]), add_pairs(q[1], q[3]))};
}
// Transposes a 16 x 16 matrix: pairs and quads within blocks of four, then the blocks themselves.
inline void transpose(Vec (&x)[16]) {
  __m512 pairs[16], quads[16];
  for (int i = 0; i < 16; i += 2) {
    pairs[i] = _mm512_unpacklo_ps(x[i].v, x[i + 1].v);
    pairs[i + 1] = _mm512_unpackhi_ps(x[i].v, x[i + 1].v);
  }
  for (int i = 0; i < 16; i += 4) {
    for (int half = 0; half < 2; ++half) {
      const __m512d a = _mm512_castps_pd(pairs[i + half]), b = _mm512_castps_pd(pairs[i + 2 + half]);
      quads[i + 2 * half] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, b));
      quads[i + 2 * half + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
    }
  }
  for (int i = 0; i < 4; ++i) {
    const __m512 a = _mm512_shuffle_f32x4(quads[i], quads[4 + i], 0x88);       // blocks 0, 2 of rows 0-3, 4-7
    const __m512 b = _mm512_shuffle_f32x4(quads[i], quads[4 + i], 0xDD);       // blocks 1, 3
    const __m512 c = _mm512_shuffle_f32x4(quads[8 + i], quads[12 + i], 0x88);  // likewise for rows 8-15
    const __m512 d = _mm512_shuffle_f32x4(quads[8 + i], quads[12 + i], 0xDD);
    x[i].v = _mm512_shuffle_f32x4(a, c, 0x88);
    x[4 + i].v = _mm512_shuffle_f32x4(b, d, 0x88);
    x[8 + i].v = _mm512_shuffle_f32x4(a, c, 0xDD);
    x[12 + i].v = _mm512_shuffle_f32x4(b, d, 0xDD);
  }
}
inline void prefetch(const void* p) { _mm_prefetch(static_cast<const char*>(p), _MM_HINT_T0); }
inline void prefetch_soon(const void* p) { _mm_prefetch(static_cast<const char*>(p), _MM_HINT_T1); }

// Lanes of int32.
struct IntVec {
  __m512i v;

  static IntVec zero() { return {_mm512_setzero_si512()}; }
  static IntVec load(const std::int32_t* p) { return {_mm512_loadu_si512(p)}; }
  void store(std::int32_t* p) const { _mm512_storeu_si512(p, v); }
};
inline IntVec add(IntVec a, IntVec b) { return {_mm512_add_epi32(a.v, b.v)}; }
inline Vec to_floats(IntVec a) { return {_mm512_cvtepi32_ps(a.v)}; }
// The larger of a and the bits of |b|, which are ordered like the magnitudes, with infinity and NaN above them.
inline IntVec max_magnitude(IntVec a, Vec b) {
  return {_mm512_max_epi32(a.v, _mm512_and_si512(_mm512_castps_si512(b.v), _mm512_set1_epi32(0x7FFFFFFF)))};
}

// Pairs of bytes are widened to 16 bits when they are read: vpmaddwd adds the products of a pair in each lane.
struct BytePairs {
  using Left = std::int16_t;
  using Row = __m512i;
  using Column = __m512i;
  static constexpr int kGroup = 2;
  static constexpr int kOffset = 0;
  static Row broadcast(const Left* p) {
    std::int32_t pair;
    std::memcpy(&pair, p, sizeof pair);
    return _mm512_set1_epi32(pair);
  }
  static Column load(const std::int8_t* p) {
    return _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static IntVec multiply_add(Row x, Column b, IntVec sum) {
    __m512i next = _mm512_add_epi32(sum.v, _mm512_madd_epi16(x, b));
#if defined(__GNUC__)
    // keeps the order of the additions, as in vec_avx2.h
    __asm__("" : "+v"(next));
#endif
    return {next};
  }
  static void store_rounded(Left* p, Vec x) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(_mm512_cvtps_epi32(x.v)));
  }
};

}  // namespace
}  // namespace wordkin::kernels
