// Products of bytes with AVX-VNNI: four products of an unsigned and a signed byte per lane.
#define WORDKIN_VEC_HEADER "kernels/vec_avx2.h"

#include "kernels/byte_scores.inl.h"

namespace wordkin::kernels {
namespace {

struct Dot {
  static constexpr int kTilePanels = 1, kTileQueries = 6;  // 12 sums, 2 vectors of rows and a group in 16 registers
  static constexpr int kVectors = 2;
  using Sums = __m256i;
  using Rows = __m256i;
  using Group = __m256i;

  static Sums start(std::int32_t n) { return _mm256_set1_epi32(n); }
  static Rows load(const std::uint8_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
  static Group broadcast(const std::int8_t* p) {
    std::int32_t four;
    std::memcpy(&four, p, sizeof four);
    return _mm256_set1_epi32(four);
  }
  static Sums add(Sums sums, Rows rows, Group group) { return _mm256_dpbusd_avx_epi32(sums, rows, group); }
  static Vec to_floats(Sums sums) { return {_mm256_cvtepi32_ps(sums)}; }
  static void store(std::int32_t* p, Sums sums) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), sums); }
};

}  // namespace

constinit const ByteKernels kAvxVnniBytes = byte_kernels<Dot>();

}  // namespace wordkin::kernels
