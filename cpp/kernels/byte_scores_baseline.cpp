// Products of bytes on every machine: bytes are widened to 16 bits. Every x86-64 processor has the instruction that
// adds two products of 16 bits, pmaddwd, which compilers do not find for this layout.
#define WORDKIN_VEC_HEADER "kernels/vec_baseline.h"

#include "kernels/byte_scores.inl.h"

#if defined(__x86_64__) || defined(_M_X64)
#include <emmintrin.h>
#endif

namespace wordkin::kernels {
namespace {

#if defined(__x86_64__) || defined(_M_X64)
struct Dot {
  static constexpr int kTilePanels = 1, kTileQueries = 2;
  static constexpr int kVectors = 4;
  using Sums = __m128i;
  struct Halves {
    __m128i even, odd;
  };
  using Rows = Halves;
  using Group = Halves;

  static Sums start(std::int32_t n) { return _mm_set1_epi32(n); }
  static Rows load(const std::uint8_t* p) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    return {_mm_and_si128(bytes, _mm_set1_epi16(0xFF)), _mm_srli_epi16(bytes, 8)};
  }
  static Group broadcast(const std::int8_t* p) {
    std::int32_t four;
    std::memcpy(&four, p, sizeof four);
    const __m128i bytes = _mm_set1_epi32(four);
    return {_mm_srai_epi16(_mm_slli_epi16(bytes, 8), 8), _mm_srai_epi16(bytes, 8)};
  }
  static Sums add(Sums sums, const Rows& rows, const Group& group) {
    const __m128i even = _mm_madd_epi16(rows.even, group.even);
    return _mm_add_epi32(_mm_add_epi32(sums, even), _mm_madd_epi16(rows.odd, group.odd));
  }
  static Vec to_floats(Sums sums) {
    Vec floats;
    _mm_storeu_ps(floats.v, _mm_cvtepi32_ps(sums));
    return floats;
  }
  static void store(std::int32_t* p, Sums sums) { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), sums); }
};
#else
struct Dot {
  static constexpr int kTilePanels = 1, kTileQueries = 2;
  static constexpr int kVectors = 4;
  struct Sums {
    std::int32_t v[4];
  };
  struct Rows {
    std::int16_t v[16];
  };
  struct Group {
    std::int16_t v[4];
  };

  static Sums start(std::int32_t n) { return {{n, n, n, n}}; }
  static Rows load(const std::uint8_t* p) {
    Rows rows;
    for (int i = 0; i < 16; ++i) rows.v[i] = p[i];
    return rows;
  }
  static Group broadcast(const std::int8_t* p) { return {{p[0], p[1], p[2], p[3]}}; }
  static Sums add(Sums sums, const Rows& rows, const Group& group) {
    for (int r = 0; r < 4; ++r) {
      std::int32_t sum = 0;
      for (int c = 0; c < 4; ++c) sum += rows.v[4 * r + c] * group.v[c];
      sums.v[r] += sum;
    }
    return sums;
  }
  static Vec to_floats(Sums sums) {
    return lanes([&](int i) { return static_cast<float>(sums.v[i]); });
  }
  static void store(std::int32_t* p, Sums sums) { std::memcpy(p, sums.v, sizeof sums.v); }
};
#endif

}  // namespace

constinit const ByteKernels kBaselineBytes = byte_kernels<Dot>();

}  // namespace wordkin::kernels
