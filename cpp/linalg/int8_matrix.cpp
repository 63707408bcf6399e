#include "linalg/int8_matrix.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace wordkin::linalg {

bool round_columns(memory::MatrixView<std::int8_t> values, std::span<float> scales,
                   memory::MatrixView<const float> matrix) {
  assert(values.rows == matrix.rows && values.columns == matrix.columns && std::ssize(scales) == matrix.columns);
  constexpr float kGreatest = 127.0f, kLeast = 0x1p-120f;
  constexpr float kToInteger =
      12582912.0f;  // 1.5 * 2^23: sums have no fraction, and are rounded to nearest, ties to even
  std::fill(scales.begin(), scales.end(), 0.0f);
  float* const greatest = scales.data();
  bool is_finite = true;
  for (std::int64_t i = 0; i < matrix.rows; ++i) {
    const float* const row = matrix.row(i);
    for (std::int64_t j = 0; j < matrix.columns; ++j) {
      greatest[j] = std::max(greatest[j], std::abs(row[j]));
      is_finite &= std::abs(row[j]) <= std::numeric_limits<float>::max();
    }
  }
  if (!is_finite) return false;
  std::vector<float> integers_in_one(scales.size());
  for (std::size_t j = 0; j < scales.size(); ++j) {
    const bool is_zero = scales[j] < kLeast;
    integers_in_one[j] = is_zero ? 0.0f : kGreatest / scales[j];
    scales[j] = is_zero ? 0.0f : scales[j] / kGreatest;
  }
  for (std::int64_t i = 0; i < matrix.rows; ++i) {
    const float* const row = matrix.row(i);
    std::int8_t* const out = values.row(i);
    for (std::int64_t j = 0; j < matrix.columns; ++j) {
      const float shifted = row[j] * integers_in_one[static_cast<std::size_t>(j)] + kToInteger;
      out[j] = static_cast<std::int8_t>(shifted - kToInteger);
    }
  }
  return true;
}

}  // namespace wordkin::linalg
