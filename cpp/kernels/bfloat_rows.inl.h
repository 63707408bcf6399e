// Conversion to bfloat16 with AVX512-BF16: of the rows of left operands, and of the pairs of panels.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "kernels/vec.h"

namespace wordkin::kernels {
namespace {

inline __m256i sixteen_rounded(__m512 floats) { return reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(floats)); }

// The instructions round like Vec's round_to_bfloat, except that they treat subnormal floats as zero.
struct ConvertedPairs {
  static __m512i pairs_of(Vec lower, Vec upper) {
    const auto halves = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(upper.v, lower.v));
    const __m512i order =
        _mm512_add_epi32(_mm512_set1_epi32(16 << 16),
                         _mm512_mullo_epi32(_mm512_set1_epi32(0x10001),
                                            _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)));
    return _mm512_permutexvar_epi16(order, halves);
  }
  static void store(std::uint32_t* words, Vec lower, Vec upper, std::int64_t count) {
    const __m512i pairs = pairs_of(lower, upper);
    if (count >= 16) return _mm512_storeu_si512(words, pairs);
    _mm512_mask_storeu_epi32(words, static_cast<__mmask16>((1u << count) - 1u), pairs);
  }
};

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

// Words of two successive elements of a row are transposed, half as many as floats.
inline void round_columns_to_bfloat(void* out, std::int64_t pitch, const float* in, std::int64_t in_pitch,
                                    std::int64_t rows, std::int64_t columns) {
  constexpr std::int64_t kRows = 16, kColumns = 32;
  auto* const target = static_cast<std::uint16_t*>(out);
  for (std::int64_t j = 0; j < pitch; j += kColumns)
    for (std::int64_t i = 0; i < rows; i += kRows) {
      const auto load = [&](std::int64_t column) {
        if (column >= columns) return Vec::zero();
        const float* const from = in + column * in_pitch + i;
        return rows - i >= kRows ? Vec::load(from) : Vec::load_partial(from, static_cast<int>(rows - i));
      };
      Vec block[kRows];
      for (int word = 0; word < kRows; ++word)
        block[word] = {_mm512_castsi512_ps(ConvertedPairs::pairs_of(load(j + 2 * word), load(j + 2 * word + 1)))};
      transpose(block);
      const std::int64_t words = pitch - j < kColumns ? (pitch - j) / 2 : kRows;
      for (int row = 0; row < kRows && i + row < rows; ++row)
        _mm512_mask_storeu_epi32(target + (i + row) * pitch + j, static_cast<__mmask16>((1u << words) - 1u),
                                 _mm512_castps_si512(block[row].v));
    }
}

}  // namespace
}  // namespace wordkin::kernels
