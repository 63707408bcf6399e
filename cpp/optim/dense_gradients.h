// Memory for dense gradients: one buffer, in which each gradient starts at a cache line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "memory/aligned_buffer.h"
#include "memory/round_up.h"

namespace wordkin::optim {

class DenseGradients {
 public:
  // sizes: number of elements of each parameter; 0 if its gradient is stored elsewhere.
  explicit DenseGradients(std::span<const std::int64_t> sizes) {
    std::size_t total = 0;
    for (const std::int64_t size : sizes) total += padded(size);
    floats_ = memory::AlignedBuffer<float>(total);
    std::size_t next = 0;
    for (const std::int64_t size : sizes) {
      spans_.push_back(size == 0 ? std::span<float>{} : floats_.span().subspan(next, static_cast<std::size_t>(size)));
      next += padded(size);
    }
  }

  [[nodiscard]] const std::vector<std::span<float>>& spans() const { return spans_; }
  [[nodiscard]] std::span<float> all() { return floats_.span(); }

 private:
  static std::size_t padded(std::int64_t size) {
    constexpr std::size_t kAligned = memory::kCacheLine / sizeof(float);
    return memory::round_up(static_cast<std::size_t>(size), kAligned);
  }

  memory::AlignedBuffer<float> floats_;
  std::vector<std::span<float>> spans_;
};

}  // namespace wordkin::optim
