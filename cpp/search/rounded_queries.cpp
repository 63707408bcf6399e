#include "search/rounded_queries.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace wordkin::search {
namespace {

constexpr int kInterleavedColumns = 4;  // adjacent columns of a query
constexpr double kAbove = 1.000001;     // margin for the rounding errors of this function

std::size_t panels_of(const kernels::QueryBlock& queries) {
  return static_cast<std::size_t>((queries.count + kernels::kBytePanel - 1) / kernels::kBytePanel);
}

std::size_t panel_bytes(const kernels::QueryBlock& queries) {
  return static_cast<std::size_t>((queries.columns + kInterleavedColumns - 1) / kInterleavedColumns *
                                  kInterleavedColumns * kernels::kBytePanel);
}

}  // namespace

RoundedQueries::RoundedQueries(const kernels::QueryBlock& queries)
    : panels_(panels_of(queries) * panel_bytes(queries)), per_step_(panels_of(queries) * kernels::kBytePanel) {
  std::fill_n(panels_.data(), panels_.size(), std::uint8_t{128});
  std::fill_n(per_step_.data(), per_step_.size(), 1.0f);
  for (int q = 0; q < queries.count; ++q) {
    const auto panel = static_cast<std::size_t>(q / kernels::kBytePanel);
    const auto offset = static_cast<std::size_t>(q % kernels::kBytePanel * kInterleavedColumns);
    round(queries.queries + q * queries.width, queries.columns, panels_.data() + panel * panel_bytes(queries) + offset,
          per_step_[static_cast<std::size_t>(q)]);
  }
}

void RoundedQueries::round(const float* query, int columns, std::uint8_t* target, float& per_step) {
  double greatest = 0.0, squares = 0.0;
  for (int c = 0; c < columns; ++c) {
    greatest = std::max(greatest, std::abs(static_cast<double>(query[c])));
    squares += static_cast<double>(query[c]) * query[c];
  }
  if (squares == 0.0) return;  // zeros can be represented with any step
  // Outside these bounds float32 would overflow or lose precision in the kernels; queries with NaN or infinite elements
  // are excluded, too.
  if (!(greatest > 1e-6 && squares < 1e18)) {
    per_step = std::numeric_limits<float>::infinity();
    return;
  }
  per_step = static_cast<float>(127.0 / greatest);
  double squared_rests = 0.0;
  for (int c = 0; c < columns; ++c) {
    const double steps = static_cast<double>(query[c]) * per_step;
    const double p = std::clamp(std::nearbyint(steps), -127.0, 127.0);
    target[c / kInterleavedColumns * kInterleavedColumns * kernels::kBytePanel + c % kInterleavedColumns] =
        static_cast<std::uint8_t>(p + 128.0);
    squared_rests += (steps - p) * (steps - p);
  }
  longest_ = std::max(longest_, static_cast<float>(kAbove * std::sqrt(squares)));
  longest_rest_ = std::max(longest_rest_, static_cast<float>(kAbove * std::sqrt(squared_rests)));
}

}  // namespace wordkin::search
