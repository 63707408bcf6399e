// Scratch memory for matrix products: one block per thread, independent of matrix shapes and allocated before a region
// begins.
#pragma once

#include <cstddef>
#include <cstdint>

#include "memory/aligned_buffer.h"

namespace wordkin::linalg {

class Scratch {
 public:
  static constexpr std::int64_t kFloats = 1 << 19;  // floats per member: two megabytes

  // Allocates scratch memory for members 0 .. members - 1 of a region (Team::member).
  explicit Scratch(std::size_t members) : floats_(members * kFloats) {}

  [[nodiscard]] float* of(int member) { return floats_.data() + member * kFloats; }

 private:
  memory::AlignedBuffer<float> floats_;
};

}  // namespace wordkin::linalg
