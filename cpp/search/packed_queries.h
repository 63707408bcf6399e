// Queries in the layout of the kernels: zero-padded to a multiple of kRowMultiple.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/kernel_table.h"
#include "memory/aligned_buffer.h"
#include "memory/matrix_view.h"
#include "memory/round_up.h"

namespace wordkin::search {

class PackedQueries {
 public:
  PackedQueries(const memory::MatrixView<const float>& queries, std::int64_t first, std::int64_t count)
      : width_(memory::round_up<std::int64_t>(queries.columns, kernels::kRowMultiple)),
        block_{nullptr, width_, static_cast<int>(count), static_cast<int>(queries.columns)},
        floats_(static_cast<std::size_t>(count * width_)) {
    for (std::int64_t q = 0; q < count; ++q)
      std::copy_n(queries.row(first + q), queries.columns, floats_.data() + q * width_);
    block_.queries = floats_.data();
  }
  [[nodiscard]] const kernels::QueryBlock& block() const { return block_; }
  [[nodiscard]] std::int64_t count() const { return block_.count; }

 private:
  std::int64_t width_;
  kernels::QueryBlock block_;
  memory::AlignedBuffer<float> floats_;
};

}  // namespace wordkin::search
