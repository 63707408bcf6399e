// float32 x 4 in plain C++. Runs on every machine and defines the semantics of the other vec headers.
#pragma once

#include <cstdint>
#include <cstring>

#if !defined(__GNUC__) && !defined(__clang__)
extern "C" float sqrtf(float x);
#endif

namespace wordkin::kernels {
namespace {

struct Vec {
  static constexpr int kWidth = 4;
  static constexpr int kTileRows = 2;  // input rows in registers next to kMaxGroup output rows
  // columns, in vectors, for which kMaxGroup output rows and their changes fit the registers
  static constexpr int kApplyVectors = 1;
  static constexpr int kGemmRows = 4;  // what 16 registers of four floats can hold
  static constexpr int kGemmVectors = 2;
  float v[4];

  static Vec zero() { return {{0, 0, 0, 0}}; }
  static Vec broadcast(float x) { return {{x, x, x, x}}; }
  static Vec load(const float* p) {
    Vec r;
    std::memcpy(r.v, p, sizeof r.v);
    return r;
  }
  // Loads the first `count` (1 .. kWidth) floats at p, followed by zeros; nothing else is read.
  static Vec load_partial(const float* p, int count) {
    Vec r = zero();
    for (int i = 0; i < count; ++i) r.v[i] = p[i];
    return r;
  }
  static Vec load_half(const std::uint16_t* p);
  static Vec load_half_partial(const std::uint16_t* p, int count) {
    std::uint16_t lanes[kWidth] = {};
    for (int i = 0; i < count; ++i) lanes[i] = p[i];
    return load_half(lanes);
  }
  // The bfloat16 elements in the lower or upper halves of the words, as floats.
  static Vec load_lower(const std::uint32_t* p);
  static Vec load_upper(const std::uint32_t* p);
  // Integers below 2^16 as floats.
  static Vec load_counts(const std::uint16_t* p);
  void store_counts(std::uint16_t* p) const {
    for (int i = 0; i < kWidth; ++i) p[i] = static_cast<std::uint16_t>(v[i]);
  }
  void store(float* p) const { std::memcpy(p, v, sizeof v); }
};

inline std::uint32_t bits_of(float x) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}
inline float float_of(std::uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

// The exponent and fraction of a float16, shifted to their positions in a float32, represent 2^-112 times the value,
// also if it is subnormal.
inline float float_of_half(std::uint16_t half) {
  const auto magnitude = static_cast<std::uint32_t>(half & 0x7FFFu) << 13;
  float scaled;
  std::memcpy(&scaled, &magnitude, sizeof scaled);
  scaled *= 5.192296858534828e33f;  // 2^112
  std::uint32_t bits;
  std::memcpy(&bits, &scaled, sizeof bits);
  bits |= magnitude >= 0x7C00u << 13 ? 0x7F800000u : 0u;  // infinity and NaN
  bits |= static_cast<std::uint32_t>(half & 0x8000u) << 16;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

template <typename F>
inline Vec lanes(F f) {
  return {{f(0), f(1), f(2), f(3)}};
}
inline Vec Vec::load_half(const std::uint16_t* p) {
  return lanes([&](int i) { return float_of_half(p[i]); });
}
inline Vec Vec::load_lower(const std::uint32_t* p) {
  return lanes([&](int i) { return float_of(p[i] << 16); });
}
inline Vec Vec::load_upper(const std::uint32_t* p) {
  return lanes([&](int i) { return float_of(p[i] & 0xFFFF0000u); });
}
// Rounds to the nearest bfloat16, ties to even; NaN remains NaN.
inline Vec round_to_bfloat(Vec a) {
  return lanes([&](int i) {
    const std::uint32_t bits = bits_of(a.v[i]);
    const std::uint32_t rounded = a.v[i] == a.v[i] ? bits + 0x7FFFu + (bits >> 16 & 1u) : bits | 0x400000u;
    return float_of(rounded & 0xFFFF0000u);
  });
}
// Stores lanes that are already bfloat16 as pairs in words.
inline void store_pairs(std::uint32_t* p, Vec lower, Vec upper) {
  for (int i = 0; i < Vec::kWidth; ++i) p[i] = bits_of(lower.v[i]) >> 16 | bits_of(upper.v[i]);
}
inline Vec Vec::load_counts(const std::uint16_t* p) {
  return lanes([&](int i) { return static_cast<float>(p[i]); });
}
inline Vec add(Vec a, Vec b) {
  return lanes([&](int i) { return a.v[i] + b.v[i]; });
}
inline Vec sub(Vec a, Vec b) {
  return lanes([&](int i) { return a.v[i] - b.v[i]; });
}
inline Vec mul(Vec a, Vec b) {
  return lanes([&](int i) { return a.v[i] * b.v[i]; });
}
inline Vec div(Vec a, Vec b) {
  return lanes([&](int i) { return a.v[i] / b.v[i]; });
}
// Without <cmath>, because no library header may be included by files that are compiled for other ISAs.
inline Vec sqrt(Vec a) {
#if defined(__GNUC__) || defined(__clang__)
  return lanes([&](int i) { return __builtin_sqrtf(a.v[i]); });
#else
  return lanes([&](int i) { return sqrtf(a.v[i]); });
#endif
}
// a * b + c with two roundings, because a baseline machine has no fused instruction.
inline Vec fma(Vec a, Vec b, Vec c) {
  return lanes([&](int i) { return a.v[i] * b.v[i] + c.v[i]; });
}
inline Vec min(Vec a, Vec b) {
  return lanes([&](int i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; });
}
inline Vec max(Vec a, Vec b) {
  return lanes([&](int i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
}
inline Vec abs(Vec a) {
  return lanes([&](int i) { return a.v[i] < 0 ? -a.v[i] : a.v[i]; });
}
// Lane by lane: condition >= 0 ? a : b.
inline Vec select_nonnegative(Vec condition, Vec a, Vec b) {
  return lanes([&](int i) { return condition.v[i] >= 0 ? a.v[i] : b.v[i]; });
}
// Bit i is set unless a_i < b_i, so it is also set if either is NaN.
inline unsigned not_less(Vec a, Vec b) {
  unsigned bits = 0;
  for (int i = 0; i < Vec::kWidth; ++i) bits |= static_cast<unsigned>(!(a.v[i] < b.v[i])) << i;
  return bits;
}
// Nearest integer, ties to even; for |x| < 2^22.
inline Vec round(Vec a) {
  constexpr float kMagic = 12582912.0f;  // 1.5 * 2^23
  return lanes([&](int i) {
    const float shifted = a.v[i] + kMagic;
    return shifted - kMagic;
  });
}
// 2^n from n + kPowerShift.
inline constexpr float kPowerShift = 12583039.0f;  // 1.5 * 2^23 + 127: the last bits are the exponent of 2^n
inline Vec power_of_shifted(Vec a) {
  return lanes([&](int i) {
    std::uint32_t bits;
    std::memcpy(&bits, &a.v[i], sizeof bits);
    bits <<= 23;
    float power;
    std::memcpy(&power, &bits, sizeof power);
    return power;
  });
}
// a * 2^n for integral n if a * 2^n is normal.
inline Vec scale_by_power(Vec a, Vec n) {
  return lanes([&](int i) {
    std::int32_t bits;
    std::memcpy(&bits, &a.v[i], sizeof bits);
    bits += static_cast<std::int32_t>(n.v[i]) * (1 << 23);
    float r;
    std::memcpy(&r, &bits, sizeof r);
    return r;
  });
}
// Lane i of the result is the sum of the lanes of x[i].
inline Vec sums(const Vec (&x)[4]) {
  return lanes([&](int i) { return (x[i].v[0] + x[i].v[1]) + (x[i].v[2] + x[i].v[3]); });
}
// Transposes a 4 x 4 matrix.
inline void transpose(Vec (&x)[4]) {
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < i; ++j) {
      const float swapped = x[i].v[j];
      x[i].v[j] = x[j].v[i];
      x[j].v[i] = swapped;
    }
}
inline void prefetch(const void* p) {
#if defined(__GNUC__) || defined(__clang__)
  __builtin_prefetch(p, 1, 3);
#else
  (void)p;
#endif
}
// Prefetches for reading into the second-level cache, for data that is needed after some thousand cycles.
inline void prefetch_soon(const void* p) {
#if defined(__GNUC__) || defined(__clang__)
  __builtin_prefetch(p, 0, 2);
#else
  (void)p;
#endif
}

// Lanes of int32.
struct IntVec {
  std::int32_t v[4];

  static IntVec zero() { return {{0, 0, 0, 0}}; }
  static IntVec load(const std::int32_t* p) {
    IntVec r;
    std::memcpy(r.v, p, sizeof r.v);
    return r;
  }
  void store(std::int32_t* p) const { std::memcpy(p, v, sizeof v); }
};
inline IntVec add(IntVec a, IntVec b) {
  for (int i = 0; i < Vec::kWidth; ++i) a.v[i] += b.v[i];
  return a;
}
inline Vec to_floats(IntVec a) {
  return lanes([&](int i) { return static_cast<float>(a.v[i]); });
}
// The larger of a and the bits of |b|, which are ordered like the magnitudes, with infinity and NaN above them.
inline IntVec max_magnitude(IntVec a, Vec b) {
  for (int i = 0; i < Vec::kWidth; ++i) {
    const auto bits = static_cast<std::int32_t>(bits_of(b.v[i]) & 0x7FFFFFFFu);
    a.v[i] = a.v[i] < bits ? bits : a.v[i];
  }
  return a;
}

// Products of 8-bit integers: the format of rows, how a group of columns is read, and one step along the depth. A group
// is as many rows of a panel as one lane takes in at once. kOffset is added to the elements of rows.
struct BytePairs {
  struct Column {
    std::int16_t v[2 * Vec::kWidth];
  };
  struct Row {
    std::int16_t v[2];
  };
  using Left = std::int16_t;
  static constexpr int kGroup = 2;
  static constexpr int kOffset = 0;
  static Row broadcast(const Left* p) { return {{p[0], p[1]}}; }
  static Column load(const std::int8_t* p) {
    Column column;
    for (int i = 0; i < 2 * Vec::kWidth; ++i) column.v[i] = p[i];  // NOLINT(bugprone-signed-char-misuse)
    return column;
  }
  static IntVec multiply_add(Row x, const Column& b, IntVec sum) {
    for (int i = 0; i < Vec::kWidth; ++i) sum.v[i] += x.v[0] * b.v[2 * i] + x.v[1] * b.v[2 * i + 1];
    return sum;
  }
  // x is rounded to the nearest integer, ties to even.
  static void store_rounded(Left* p, Vec x) {
    const Vec nearest = round(x);
    for (int i = 0; i < Vec::kWidth; ++i) p[i] = static_cast<Left>(nearest.v[i]);
  }
};

}  // namespace
}  // namespace wordkin::kernels
