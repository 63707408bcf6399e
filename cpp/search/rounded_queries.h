// Queries rounded to bytes for the byte kernels.
#pragma once

#include <cstdint>

#include "kernels/byte_scores.h"
#include "memory/aligned_buffer.h"

namespace wordkin::search {

class RoundedQueries {
 public:
  explicit RoundedQueries(const kernels::QueryBlock& queries);

  [[nodiscard]] kernels::RoundedQueryBlock block() const {
    return {bytes_.data(),         pitch_, start_.data(), per_unit_.data(), length_in_steps_.data(),
            rest_in_steps_.data(), count_, columns_};
  }

 private:
  void round(std::size_t index, const float* query);

  int count_, columns_;
  std::int64_t pitch_;
  memory::AlignedBuffer<std::int8_t> bytes_;
  memory::AlignedBuffer<std::int32_t> start_;
  memory::AlignedBuffer<float> per_unit_;
  memory::AlignedBuffer<float> length_in_steps_;
  memory::AlignedBuffer<float> rest_in_steps_;
};

}  // namespace wordkin::search
