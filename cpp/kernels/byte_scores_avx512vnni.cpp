// Products of bytes with AVX512-VNNI: four products of an unsigned and a signed byte per lane.
#define WORDKIN_VEC_HEADER "kernels/vec_avx512.h"

#include "kernels/byte_scores.inl.h"

namespace wordkin::kernels {
namespace {

struct Dot {
  static constexpr int kTilePanels = 3, kTileQueries = 8;  // 24 sums, 3 vectors of rows and a group in 32 registers
  static constexpr int kVectors = 1;
  using Sums = __m512i;
  using Rows = __m512i;
  using Group = __m512i;

  static Sums start(std::int32_t n) { return _mm512_set1_epi32(n); }
  static Rows load(const std::uint8_t* p) { return _mm512_loadu_si512(p); }
  static Group broadcast(const std::int8_t* p) {
    std::int32_t four;
    std::memcpy(&four, p, sizeof four);
    return _mm512_set1_epi32(four);
  }
  static Sums add(Sums sums, Rows rows, Group group) { return _mm512_dpbusd_epi32(sums, rows, group); }
  static Vec to_floats(Sums sums) { return {_mm512_cvtepi32_ps(sums)}; }
  static void store(std::int32_t* p, Sums sums) { _mm512_storeu_si512(p, sums); }
};

}  // namespace

constinit const ByteKernels kAvx512VnniBytes = byte_kernels<Dot>();

}  // namespace wordkin::kernels
