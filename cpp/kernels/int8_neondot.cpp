// Products of 8-bit integers with the dot product instructions of ARMv8.2. All other kernels on such a machine are
// those for NEON.
#define WORDKIN_VEC_HEADER "kernels/vec_neon.h"

#include <cstdint>
#include <cstring>

#include "kernels/int8_tiles.inl.h"
#include "kernels/tables.h"

namespace wordkin::kernels {
namespace {

struct ByteDots {
  using Left = std::int8_t;
  using Row = int8x16_t;
  using Column = int8x16_t;
  static constexpr int kGroup = 4;
  static constexpr int kOffset = 0;
  static Row broadcast(const Left* p) {
    std::int32_t four;
    std::memcpy(&four, p, sizeof four);
    return vreinterpretq_s8_s32(vdupq_n_s32(four));
  }
  static Column load(const std::int8_t* p) { return vld1q_s8(p); }
  static IntVec multiply_add(Row x, Column b, IntVec sum) { return {vdotq_s32(sum.v, x, b)}; }
  static void store_rounded(Left* p, Vec x) { BytePairs::store_rounded(p, x); }
};

}  // namespace

constinit const Int8Kernels kNeonDotInt8 = int8_kernels<ByteDots>();

}  // namespace wordkin::kernels
