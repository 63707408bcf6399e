// float32 x 4 with NEON (AArch64).
#pragma once

#include <arm_neon.h>

#include <cstdint>
#include <cstring>

namespace wordkin::kernels {
namespace {

struct Vec {
  static constexpr int kWidth = 4;
  static constexpr int kTileRows = 4;  // 24 accumulators, 4 inputs and an output in 32 registers
  // columns, in vectors, for which kMaxGroup output rows and their changes fit the registers
  static constexpr int kApplyVectors = 2;
  static constexpr int kGemmRows = 8;  // 24 accumulators, 3 columns of B and broadcasts in 32 registers
  static constexpr int kGemmVectors = 3;
  float32x4_t v;

  static Vec zero() { return {vdupq_n_f32(0.0f)}; }
  static Vec broadcast(float x) { return {vdupq_n_f32(x)}; }
  static Vec load(const float* p) { return {vld1q_f32(p)}; }
  // Loads the first `count` (1 .. kWidth) floats at p, followed by zeros; nothing else is read.
  static Vec load_partial(const float* p, int count) {
    float lanes[kWidth] = {};
    for (int i = 0; i < count; ++i) lanes[i] = p[i];
    return {vld1q_f32(lanes)};
  }
  static Vec load_half(const std::uint16_t* p) { return {vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p)))}; }
  static Vec load_half_partial(const std::uint16_t* p, int count) {
    std::uint16_t lanes[kWidth] = {};
    for (int i = 0; i < count; ++i) lanes[i] = p[i];
    return load_half(lanes);
  }
  // The bfloat16 elements in the lower or upper halves of the words, as floats.
  static Vec load_lower(const std::uint32_t* p) { return {vreinterpretq_f32_u32(vshlq_n_u32(vld1q_u32(p), 16))}; }
  static Vec load_upper(const std::uint32_t* p) {
    return {vreinterpretq_f32_u32(vandq_u32(vld1q_u32(p), vdupq_n_u32(0xFFFF0000u)))};
  }
  // Integers below 2^16 as floats.
  static Vec load_counts(const std::uint16_t* p) { return {vcvtq_f32_u32(vmovl_u16(vld1_u16(p)))}; }
  void store_counts(std::uint16_t* p) const { vst1_u16(p, vmovn_u32(vcvtq_u32_f32(v))); }
  void store(float* p) const { vst1q_f32(p, v); }
};

inline Vec add(Vec a, Vec b) { return {vaddq_f32(a.v, b.v)}; }
inline Vec sub(Vec a, Vec b) { return {vsubq_f32(a.v, b.v)}; }
inline Vec mul(Vec a, Vec b) { return {vmulq_f32(a.v, b.v)}; }
inline Vec div(Vec a, Vec b) { return {vdivq_f32(a.v, b.v)}; }
inline Vec sqrt(Vec a) { return {vsqrtq_f32(a.v)}; }
inline Vec fma(Vec a, Vec b, Vec c) { return {vfmaq_f32(c.v, a.v, b.v)}; }
inline Vec min(Vec a, Vec b) { return {vminq_f32(a.v, b.v)}; }
inline Vec max(Vec a, Vec b) { return {vmaxq_f32(a.v, b.v)}; }
inline Vec abs(Vec a) { return {vabsq_f32(a.v)}; }
inline Vec select_nonnegative(Vec condition, Vec a, Vec b) { return {vbslq_f32(vcgezq_f32(condition.v), a.v, b.v)}; }
// Bit i is set unless a_i < b_i, so it is also set if either is NaN.
inline unsigned not_less(Vec a, Vec b) {
  const uint32x4_t bits = {1, 2, 4, 8};
  return vaddvq_u32(vbicq_u32(bits, vcltq_f32(a.v, b.v)));
}
inline Vec round(Vec a) { return {vrndnq_f32(a.v)}; }
// 2^n from n + kPowerShift.
inline constexpr float kPowerShift = 12583039.0f;  // 1.5 * 2^23 + 127: the last bits are the exponent of 2^n
inline Vec power_of_shifted(Vec a) { return {vreinterpretq_f32_s32(vshlq_n_s32(vreinterpretq_s32_f32(a.v), 23))}; }
inline Vec scale_by_power(Vec a, Vec n) {
  const int32x4_t shifted = vshlq_n_s32(vcvtnq_s32_f32(n.v), 23);
  return {vreinterpretq_f32_s32(vaddq_s32(vreinterpretq_s32_f32(a.v), shifted))};
}
// Rounds to the nearest bfloat16, ties to even; NaN remains NaN.
inline Vec round_to_bfloat(Vec a) {
  const uint32x4_t bits = vreinterpretq_u32_f32(a.v);
  const uint32x4_t odd = vandq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(1));
  const uint32x4_t nearest = vaddq_u32(vaddq_u32(bits, vdupq_n_u32(0x7FFF)), odd);
  const uint32x4_t quiet = vorrq_u32(bits, vdupq_n_u32(0x400000));
  const uint32x4_t chosen = vbslq_u32(vceqq_f32(a.v, a.v), nearest, quiet);
  return {vreinterpretq_f32_u32(vandq_u32(chosen, vdupq_n_u32(0xFFFF0000u)))};
}
// Stores lanes that are already bfloat16 as pairs in words.
inline void store_pairs(std::uint32_t* p, Vec lower, Vec upper) {
  vst1q_u32(p, vorrq_u32(vshrq_n_u32(vreinterpretq_u32_f32(lower.v), 16), vreinterpretq_u32_f32(upper.v)));
}
// Lane i of the result is the sum of the lanes of x[i].
inline Vec sums(const Vec (&x)[4]) { return {vpaddq_f32(vpaddq_f32(x[0].v, x[1].v), vpaddq_f32(x[2].v, x[3].v))}; }
// Transposes a 4 x 4 matrix.
inline void transpose(Vec (&x)[4]) {
  const float32x4x2_t even = vzipq_f32(x[0].v, x[2].v), odd = vzipq_f32(x[1].v, x[3].v);
  const float32x4x2_t low = vzipq_f32(even.val[0], odd.val[0]), high = vzipq_f32(even.val[1], odd.val[1]);
  x[0].v = low.val[0];
  x[1].v = low.val[1];
  x[2].v = high.val[0];
  x[3].v = high.val[1];
}
inline void prefetch(const void* p) { __builtin_prefetch(p, 1, 3); }
inline void prefetch_soon(const void* p) { __builtin_prefetch(p, 0, 2); }

// Lanes of int32.
struct IntVec {
  int32x4_t v;

  static IntVec zero() { return {vdupq_n_s32(0)}; }
  static IntVec load(const std::int32_t* p) { return {vld1q_s32(p)}; }
  void store(std::int32_t* p) const { vst1q_s32(p, v); }
};
inline IntVec add(IntVec a, IntVec b) { return {vaddq_s32(a.v, b.v)}; }
inline Vec to_floats(IntVec a) { return {vcvtq_f32_s32(a.v)}; }
// The larger of a and the bits of |b|, which are ordered like the magnitudes, with infinity and NaN above them.
inline IntVec max_magnitude(IntVec a, Vec b) {
  return {vmaxq_s32(a.v, vandq_s32(vreinterpretq_s32_f32(b.v), vdupq_n_s32(0x7FFFFFFF)))};
}
// Rounds four floats to bytes in the lower half of a vector.
inline int8x8_t rounded_bytes(Vec x) {
  const int16x4_t shorts = vmovn_s32(vcvtnq_s32_f32(x.v));
  return vmovn_s16(vcombine_s16(shorts, shorts));
}

// Products of bytes have 16 bits; pairs of them are added to the lanes.
struct BytePairs {
  using Left = std::int8_t;
  using Row = int8x8_t;
  using Column = int8x8_t;
  static constexpr int kGroup = 2;
  static constexpr int kOffset = 0;
  static Row broadcast(const Left* p) {
    std::int16_t pair;
    std::memcpy(&pair, p, sizeof pair);
    return vreinterpret_s8_s16(vdup_n_s16(pair));
  }
  static Column load(const std::int8_t* p) { return vld1_s8(p); }
  static IntVec multiply_add(Row x, Column b, IntVec sum) { return {vpadalq_s16(sum.v, vmull_s8(x, b))}; }
  static void store_rounded(Left* p, Vec x) {
    vst1_lane_s32(reinterpret_cast<std::int32_t*>(p), vreinterpret_s32_s8(rounded_bytes(x)), 0);
  }
};

}  // namespace
}  // namespace wordkin::kernels
