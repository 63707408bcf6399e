#include "search/score_floors.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "search/rounded_rows.h"
#include "search/row_spans.h"

namespace wordkin::search {
namespace {

constexpr float kFloorMargin = 1e-6f;  // for the rounding errors of the floors
constexpr float kNoFloor = -std::numeric_limits<float>::infinity();
constexpr int kHalvings = 10;
// Queries that are compared with rows to find the floors of rows; fewer per k would give low ones.
constexpr std::int64_t kMaxSampledQueries = 25 * kPanelBlockRows, kMinSampledPerK = 16;
constexpr std::int64_t kRowsTogether = 512;

std::int64_t count_reaching(float least, std::span<const float> values) {
  std::int32_t count = 0;
  for (const float value : values) count += value >= least ? 1 : 0;
  return count;
}

// A number that at least k of some values reach, about the greatest one.
float reached_by(std::int64_t k, std::span<const float> values) {
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  if (*least <= kernels::kNoBound) return kernels::kNoBound;
  float low = *least, high = *greatest;
  for (int i = 0; i < kHalvings; ++i) {
    const float middle = low + (high - low) / 2;
    (count_reaching(middle, values) >= k ? low : high) = middle;
  }
  return low;
}

}  // namespace

ScoreFloors::ScoreFloors(std::int64_t k, const Rows& rows, std::int64_t stride, const Compute& compute)
    : k_(k), stride_(stride), rows_(rows), compute_(compute), blocks_(rows, kernels::kScoredQueries, compute) {}

void ScoreFloors::find(std::span<float> floors, const kernels::RoundedQueryBlock& queries) {
  const auto size = static_cast<std::size_t>(queries.count * kPanelBlockRows);
  if (maxima_.size() < size) maxima_ = memory::AlignedBuffer<float>(size);
  std::fill_n(maxima_.data(), size, kernels::kNoBound);
  for (std::int64_t row = blocks_.rows_before_panel(0); row < rows_.count(); row += stride_ * kPanelBlockRows)
    compute_.bytes->raise_maxima(maxima_.data(), kPanelBlockRows, blocks_.panels(row, rows_.count()), queries);
  for (int q = 0; q < queries.count; ++q) {
    float* const maxima = maxima_.data() + q * kPanelBlockRows;  // of different rows
    const float floor = reached_by(k_, {maxima, kPanelBlockRows}) / queries.per_unit[q];
    const bool is_known = floor > kernels::kNoBound / 2 / queries.per_unit[q];  // not if it is NaN
    floors[static_cast<std::size_t>(q)] = is_known ? floor - kFloorMargin * std::abs(floor) : kNoFloor;
  }
}

bool has_row_floors(std::int64_t k, const memory::MatrixView<const float>& queries, const Rows& rows) {
  return !rows.floats.empty() && k <= ScoreFloors::kMaxK &&
         queries.rows >= std::max(k * kMinSampledPerK, kPanelBlockRows);
}

void find_row_floors(std::span<float> floors, std::int64_t k, const memory::MatrixView<const float>& queries,
                     const Rows& rows, const Compute& compute) {
  // The queries are rows here, and the rows queries.
  const std::int64_t count = std::min(queries.rows, kMaxSampledQueries) / kPanelBlockRows * kPanelBlockRows;
  const std::vector<float> ones(static_cast<std::size_t>(count), 1.0f);
  Rows sample{{queries.data, count, queries.columns, queries.rows / count * queries.pitch}, {}, ones};
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(panels_of(count) * kernels::panel_bytes(queries.columns)));
  std::vector<float> per_unit(static_cast<std::size_t>(panels_of(count) * kernels::kPanelRows));
  std::vector<kernels::PanelBounds> bounds(static_cast<std::size_t>(panels_of(count)));
  round_rows(bytes, per_unit, bounds, sample, compute);
  sample.rounded = {bytes, per_unit, bounds};
  RowSpans spans(rows.count(), rows.count() * rows.columns() * count, compute.threads);
  spans.run([&](std::int64_t begin, std::int64_t end, std::size_t) {
    ScoreFloors of_sample(k, sample, 1, compute);
    for (std::int64_t first = begin; first < end; first += kRowsTogether) {
      const auto rows_together = static_cast<int>(std::min(kRowsTogether, end - first));
      const RoundedQueries rounded(
          {rows.floats.row(first), rows.floats.pitch, rows_together, static_cast<int>(rows.columns())});
      const auto found = floors.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(rows_together));
      of_sample.find(found, rounded.block());
      for (std::size_t r = 0; r < found.size(); ++r) {
        const float floor = found[r] / rows.divisors[static_cast<std::size_t>(first) + r];
        found[r] = std::isfinite(floor) ? floor - kFloorMargin * std::abs(floor) : kNoFloor;
      }
    }
  });
}

}  // namespace wordkin::search
