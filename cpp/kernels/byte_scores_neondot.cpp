// Products of bytes with the dot products of ARMv8.2: four products of signed bytes per lane.
#define WORDKIN_VEC_HEADER "kernels/vec_neon.h"

#include "kernels/byte_scores.inl.h"

namespace wordkin::kernels {
namespace {

struct Dot {
  static constexpr int kTilePanels = 1, kTileQueries = 6;  // 24 sums, 4 vectors of rows and a group in 32 registers
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
  static Sums add(Sums sums, Rows rows, Group group) { return vdotq_s32(sums, rows, group); }
  static Vec to_floats(Sums sums) { return {vcvtq_f32_s32(sums)}; }
  static void store(std::int32_t* p, Sums sums) { vst1q_s32(p, sums); }
};

}  // namespace

constinit const ByteKernels kNeonDotBytes = byte_kernels<Dot>();

}  // namespace wordkin::kernels
