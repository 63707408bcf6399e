// Conversion of the left operand to bfloat16 with AVX512-BF16.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace wordkin::kernels {
namespace {

inline __m256i sixteen_rounded(__m512 floats) { return reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(floats)); }

// The instruction rounds like Vec's round_to_bfloat, except that it treats subnormal floats as zero.
inline void round_rows_to_bfloat(void* out, std::int64_t pitch, const float* in, std::int64_t in_pitch,
                                 std::int64_t rows, std::int64_t columns) {
  auto* target = static_cast<std::uint16_t*>(out);
  for (std::int64_t i = 0; i < rows; ++i, target += pitch, in += in_pitch) {
    std::int64_t j = 0;
    for (; j + 16 <= columns; j += 16)
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(target + j), sixteen_rounded(_mm512_loadu_ps(in + j)));
    for (; j < pitch; j += 16) {  // the remaining elements, then zeros up to the pitch
      const std::int64_t loaded = columns > j ? columns - j : 0, stored = pitch - j < 16 ? pitch - j : 16;
      const __m512 floats = _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << loaded) - 1u), in + j);
      _mm256_mask_storeu_epi16(target + j, static_cast<__mmask16>((1u << stored) - 1u), sixteen_rounded(floats));
    }
  }
}

}  // namespace
}  // namespace wordkin::kernels
