// Products of bytes with NEON: products of 16 bits, whose sums of two do not overflow since 2 * 127 * 127 < 2^15.
#define WORDKIN_VEC_HEADER "kernels/vec_neon.h"

#include "kernels/byte_scores.inl.h"

namespace wordkin::kernels {
namespace {

struct Dot {
  static constexpr int kTilePanels = 1, kTileQueries = 4;  // 16 sums, 4 vectors of rows, a group and products
  static constexpr int kVectors = 4;
  using Sums = int32x4_t;
  using Rows = int8x16_t;
  using Group = int8x16_t;

  static Sums start(std::int32_t) { return vdupq_n_s32(0); }  // the offset of rows is removed when they are read
  static Rows load(const std::uint8_t* p) {
    return vreinterpretq_s8_u8(veorq_u8(vld1q_u8(p), vdupq_n_u8(kByteOffset)));
  }
  static Group broadcast(const std::int8_t* p) {
    std::int32_t four;
    std::memcpy(&four, p, sizeof four);
    return vreinterpretq_s8_s32(vdupq_n_s32(four));
  }
  static Sums add(Sums sums, Rows rows, Group group) {
    const int16x8_t low = vmull_s8(vget_low_s8(rows), vget_low_s8(group)), high = vmull_high_s8(rows, group);
    return vpadalq_s16(sums, vpaddq_s16(low, high));
  }
  static Vec to_floats(Sums sums) { return {vcvtq_f32_s32(sums)}; }
  static void store(std::int32_t* p, Sums sums) { vst1q_s32(p, sums); }
};

}  // namespace

constinit const ByteKernels kNeonBytes = byte_kernels<Dot>();

}  // namespace wordkin::kernels
