// Products of bytes with AVX2.
//
// vpmaddubsw, which multiplies unsigned by signed bytes, would saturate: it adds two products in 16 bits, and 2 * 255 *
// 127 exceeds 2^15. The even and the odd bytes are widened to 16 bits instead, rows by a mask and a shift, and
// multiplied by vpmaddwd, whose sums in 32 bits are exact. This takes two multiplications for each four columns.
// Multiplying magnitudes by vpmaddubsw after vpsignb, which does not saturate, would take as many instructions for each
// pair.
#define WORDKIN_VEC_HEADER "kernels/vec_avx2.h"

#include "kernels/byte_scores.inl.h"

namespace wordkin::kernels {
namespace {

struct Dot {
  static constexpr int kTilePanels = 1, kTileQueries = 4;  // 8 sums, 4 halves of rows, 2 of a group in 16 registers
  static constexpr int kVectors = 2;
  using Sums = __m256i;
  struct Halves {
    __m256i even, odd;
  };
  using Rows = Halves;
  using Group = Halves;

  static Sums start(std::int32_t n) { return _mm256_set1_epi32(n); }
  static Rows load(const std::uint8_t* p) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    return {_mm256_and_si256(bytes, _mm256_set1_epi16(0xFF)), _mm256_srli_epi16(bytes, 8)};
  }
  static Group broadcast(const std::int8_t* p) {
    std::int32_t four;
    std::memcpy(&four, p, sizeof four);
    const __m256i bytes = _mm256_set1_epi32(four);
    return {_mm256_srai_epi16(_mm256_slli_epi16(bytes, 8), 8), _mm256_srai_epi16(bytes, 8)};
  }
  static Sums add(Sums sums, const Rows& rows, const Group& group) {
    const __m256i even = _mm256_madd_epi16(rows.even, group.even);
    return _mm256_add_epi32(_mm256_add_epi32(sums, even), _mm256_madd_epi16(rows.odd, group.odd));
  }
  static Vec to_floats(Sums sums) { return {_mm256_cvtepi32_ps(sums)}; }
  static void store(std::int32_t* p, Sums sums) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), sums); }
};

}  // namespace

constinit const ByteKernels kAvx2Bytes = byte_kernels<Dot>();

}  // namespace wordkin::kernels
