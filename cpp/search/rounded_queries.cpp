#include "search/rounded_queries.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace wordkin::search {
namespace {

constexpr double kAbove = 1.000001;  // margin for the rounding errors of this file

// The nearest integer, of equally near ones the even one: std::nearbyint without a call. |x| < 2^51.
double nearest_integer(double x) {
  constexpr double kShift = 0x1.8p52;
  return (x + kShift) - kShift;
}

}  // namespace

RoundedQueries::RoundedQueries(const kernels::QueryBlock& queries)
    : count_(queries.count),
      columns_(queries.columns),
      pitch_(kernels::groups_of(queries.columns) * kernels::kPanelGroup),
      bytes_(static_cast<std::size_t>(pitch_ * count_)),
      start_(static_cast<std::size_t>(count_)),
      per_unit_(static_cast<std::size_t>(count_)),
      length_in_steps_(static_cast<std::size_t>(count_)),
      rest_in_steps_(static_cast<std::size_t>(count_)) {
  for (int q = 0; q < count_; ++q) round(static_cast<std::size_t>(q), queries.queries + q * queries.width);
}

void RoundedQueries::round(std::size_t index, const float* query) {
  double greatest = 0.0, squares = 0.0;
  for (int c = 0; c < columns_; ++c) {
    greatest = std::max(greatest, std::abs(static_cast<double>(query[c])));
    squares += static_cast<double>(query[c]) * query[c];
  }
  per_unit_[index] = 1.0f;
  if (squares == 0.0) return;  // zeros can be represented with any step
  // Outside these bounds float32 would overflow or lose precision in the kernels; queries with NaN or infinite elements
  // are excluded, too.
  if (!(greatest > 1e-6 && squares < 1e18)) {
    per_unit_[index] = std::numeric_limits<float>::quiet_NaN();
    return;
  }
  const auto per_unit = static_cast<float>(127.0 / greatest);
  double squared_rests = 0.0;
  std::int32_t sum = 0;
  std::int8_t* const bytes = bytes_.data() + static_cast<std::int64_t>(index) * pitch_;
  for (int c = 0; c < columns_; ++c) {
    const double steps = static_cast<double>(query[c]) * per_unit;
    const double p = std::clamp(nearest_integer(steps), -127.0, 127.0);
    bytes[c] = static_cast<std::int8_t>(p);
    sum += static_cast<std::int32_t>(p);
    squared_rests += (steps - p) * (steps - p);
  }
  start_[index] = -kernels::kByteOffset * sum;
  per_unit_[index] = per_unit;
  length_in_steps_[index] = static_cast<float>(kAbove * std::sqrt(squares) * per_unit);
  rest_in_steps_[index] = static_cast<float>(kAbove * std::sqrt(squared_rests));
}

}  // namespace wordkin::search
