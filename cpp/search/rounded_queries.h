// Queries rounded to int8 in the layout of the byte kernels.
#pragma once

#include <cstdint>

#include "kernels/byte_scores.h"
#include "memory/aligned_buffer.h"

namespace wordkin::search {

class RoundedQueries {
 public:
  explicit RoundedQueries(const kernels::QueryBlock& queries);

  [[nodiscard]] kernels::ByteQueries bytes() const {
    return {panels_.data(), per_step_.data(), longest_, longest_rest_};
  }

 private:
  // Writes p + 128 of a query, starting at `target`.
  void round(const float* query, int columns, std::uint8_t* target, float& per_step);

  memory::AlignedBuffer<std::uint8_t> panels_;
  memory::AlignedBuffer<float> per_step_;
  float longest_ = 0.0f;
  float longest_rest_ = 0.0f;
};

}  // namespace wordkin::search
