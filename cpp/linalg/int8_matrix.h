// Matrices of 8-bit integers: an element is an integer from -127 to 127 times the scale of its column.
#pragma once

#include <cstdint>
#include <span>

#include "memory/matrix_view.h"

namespace wordkin::linalg {

struct Int8Matrix {
  memory::MatrixView<const std::int8_t> values;
  std::span<const float> scales;  // of the columns

  [[nodiscard]] bool empty() const { return values.empty(); }
  [[nodiscard]] Int8Matrix block_of_columns(std::int64_t first, std::int64_t count) const {
    return {values.block_of_columns(first, count),
            scales.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count))};
  }
};

// Rounds a matrix like kernels::Int8Kernels::round_rows, with a scale for each column instead of each row. values: OUT,
// scales: OUT. Returns false, with unspecified results, if an element is infinite or NaN.
bool round_columns(memory::MatrixView<std::int8_t> values, std::span<float> scales,
                   memory::MatrixView<const float> matrix);

}  // namespace wordkin::linalg
