// Products of bytes on every machine: bytes are widened.
#define WORDKIN_VEC_HEADER "kernels/vec_baseline.h"

#include "kernels/byte_scores.inl.h"

namespace wordkin::kernels {
namespace {

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

}  // namespace

constinit const ByteKernels kBaselineBytes = byte_kernels<Dot>();

}  // namespace wordkin::kernels
