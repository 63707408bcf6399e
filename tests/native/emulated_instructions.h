// Emulates the instructions of AVX512-BF16, AVX512-VNNI and AMX that the kernels use, so that those kernels run on any
// machine with AVX-512. Included before the kernels, whose intrinsics become these functions.
#pragma once

#include <immintrin.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace emulated {

inline float widened(std::uint16_t half) {
  const std::uint32_t bits = static_cast<std::uint32_t>(half) << 16;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline std::uint16_t rounded(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  if (std::isnan(value)) return static_cast<std::uint16_t>(bits >> 16 | 0x40);
  return static_cast<std::uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

inline __m256i cvtneps(__m512 floats) {
  float in[16];
  std::uint16_t out[16];
  std::memcpy(in, &floats, sizeof in);
  for (int i = 0; i < 16; ++i) out[i] = rounded(in[i]);
  __m256i result;
  std::memcpy(&result, out, sizeof result);
  return result;
}

// The lower half of the result is that of the second operand.
inline __m512i cvtne2ps(__m512 upper, __m512 lower) {
  return _mm512_inserti64x4(_mm512_castsi256_si512(cvtneps(lower)), cvtneps(upper), 1);
}

template <typename Pairs>
__m512 dpbf16(__m512 sums, Pairs a, Pairs b) {
  float sum[16];
  std::uint16_t x[32], y[32];
  std::memcpy(sum, &sums, sizeof sum);
  std::memcpy(x, &a, sizeof x);
  std::memcpy(y, &b, sizeof y);
  for (int i = 0; i < 16; ++i) {
    sum[i] = std::fma(widened(x[2 * i]), widened(y[2 * i]), sum[i]);
    sum[i] = std::fma(widened(x[2 * i + 1]), widened(y[2 * i + 1]), sum[i]);
  }
  std::memcpy(&sums, sum, sizeof sums);
  return sums;
}

// The sum of four products of unsigned and signed bytes, added to sum.
inline std::int32_t dot_of_bytes(std::int32_t sum, const std::uint8_t* x, const std::int8_t* y) {
  for (int i = 0; i < 4; ++i) sum += x[i] * y[i];
  return sum;
}

inline __m512i dpbusd(__m512i sums, __m512i a, __m512i b) {
  std::int32_t sum[16];
  std::uint8_t x[64];
  std::int8_t y[64];
  std::memcpy(sum, &sums, sizeof sum);
  std::memcpy(x, &a, sizeof x);
  std::memcpy(y, &b, sizeof y);
  for (int i = 0; i < 16; ++i) sum[i] = dot_of_bytes(sum[i], x + 4 * i, y + 4 * i);
  std::memcpy(&sums, sum, sizeof sums);
  return sums;
}

// Eight registers of at most 16 rows of 64 bytes.
struct Tiles {
  bool configured = false;
  std::uint8_t rows[8] = {};
  std::uint16_t row_bytes[8] = {};
  alignas(64) char bytes[8][16][64] = {};

  void require(bool held, const char* what) const {
    if (held) return;
    std::fprintf(stderr, "tiles: %s\n", what);
    std::abort();
  }
  void configure(const void* shapes) {
    const auto* given = static_cast<const char*>(shapes);
    require(given[0] == 1 && given[1] == 0, "palette 1 from row 0");
    std::memcpy(row_bytes, given + 16, sizeof row_bytes);
    std::memcpy(rows, given + 48, sizeof rows);
    for (int t = 0; t < 8; ++t) require(rows[t] <= 16 && row_bytes[t] <= 64, "at most 16 rows of 64 bytes");
    std::memset(bytes, 0, sizeof bytes);
    configured = true;
  }
  void load(int t, const void* from, std::int64_t stride) {
    require(configured, "loaded before they were configured");
    for (int r = 0; r < rows[t]; ++r)
      std::memcpy(bytes[t][r], static_cast<const char*>(from) + r * stride, row_bytes[t]);
  }
  void store(int t, void* to, std::int64_t stride) const {
    require(configured, "stored before they were configured");
    for (int r = 0; r < rows[t]; ++r) std::memcpy(static_cast<char*>(to) + r * stride, bytes[t][r], row_bytes[t]);
  }
  void zero(int t) { std::memset(bytes[t], 0, sizeof bytes[t]); }
  // c (rows, columns) += a (rows, pairs) b (pairs, columns)
  void multiply(int c, int a, int b) {
    require(configured && rows[a] == rows[c] && row_bytes[b] == row_bytes[c] && row_bytes[a] / 4 == rows[b],
            "shapes that do not fit");
    for (int m = 0; m < rows[c]; ++m)
      for (int n = 0; n < row_bytes[c] / 4; ++n) {
        float sum;
        std::memcpy(&sum, bytes[c][m] + 4 * n, sizeof sum);
        for (int k = 0; k < rows[b]; ++k) {
          std::uint16_t x[2], y[2];
          std::memcpy(x, bytes[a][m] + 4 * k, sizeof x);
          std::memcpy(y, bytes[b][k] + 4 * n, sizeof y);
          sum = std::fma(widened(x[0]), widened(y[0]), sum);
          sum = std::fma(widened(x[1]), widened(y[1]), sum);
        }
        std::memcpy(bytes[c][m] + 4 * n, &sum, sizeof sum);
      }
  }
  // c (rows, columns) += a (rows, fours of unsigned bytes) b (fours of signed bytes, columns)
  void multiply_bytes(int c, int a, int b) {
    require(configured && rows[a] == rows[c] && row_bytes[b] == row_bytes[c] && row_bytes[a] / 4 == rows[b],
            "shapes that do not fit");
    for (int m = 0; m < rows[c]; ++m)
      for (int n = 0; n < row_bytes[c] / 4; ++n) {
        std::int32_t sum;
        std::memcpy(&sum, bytes[c][m] + 4 * n, sizeof sum);
        for (int k = 0; k < rows[b]; ++k)
          sum = dot_of_bytes(sum, reinterpret_cast<const std::uint8_t*>(bytes[a][m] + 4 * k),
                             reinterpret_cast<const std::int8_t*>(bytes[b][k] + 4 * n));
        std::memcpy(bytes[c][m] + 4 * n, &sum, sizeof sum);
      }
  }
};

inline Tiles tiles;

}  // namespace emulated

#undef _tile_loadconfig
#undef _tile_release
#undef _tile_zero
#undef _tile_loadd
#undef _tile_stored
#undef _tile_dpbf16ps
#undef _tile_dpbusd
#undef _mm512_dpbusd_epi32
#undef _mm512_cvtneps_pbh
#undef _mm512_dpbf16_ps
#define _tile_loadconfig(shapes) emulated::tiles.configure(shapes)
#define _tile_release() (emulated::tiles.configured = false)
#define _tile_zero(t) emulated::tiles.zero(t)
#define _tile_loadd(t, from, stride) emulated::tiles.load(t, from, stride)
#define _tile_stored(t, to, stride) emulated::tiles.store(t, to, stride)
#define _tile_dpbf16ps(c, a, b) emulated::tiles.multiply(c, a, b)
#define _mm512_cvtneps_pbh(floats) emulated::cvtneps(floats)
#define _mm512_cvtne2ps_pbh(upper, lower) emulated::cvtne2ps(upper, lower)
#define _mm512_dpbf16_ps(sums, a, b) emulated::dpbf16(sums, a, b)
#define _tile_dpbusd(c, a, b) emulated::tiles.multiply_bytes(c, a, b)
#define _mm512_dpbusd_epi32(sums, a, b) emulated::dpbusd(sums, a, b)
