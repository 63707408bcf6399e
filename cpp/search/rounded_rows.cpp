#include "search/rounded_rows.h"

#include <algorithm>
#include <vector>

#include "search/packed_queries.h"
#include "search/rounded_queries.h"
#include "search/row_blocks.h"
#include "search/row_spans.h"

namespace wordkin::search {
namespace {

constexpr std::int64_t kQueriesTogether = 64;
constexpr float kMargin = 1.0001f;  // for the rounding errors of write_bounds

// The bounds of one query. The terms are those of byte_scores.h, divided by a b.
void write_bounds(std::span<float> lower, std::span<float> upper, const std::int32_t* products,
                  const kernels::RoundedPanels& rows, const kernels::RoundedQueryBlock& queries, int query) {
  const float per_unit = queries.per_unit[query];
  for (int r = 0; r < rows.count; ++r) {
    const auto& bounds = rows.bounds[r / kernels::kPanelRows];
    const float score = static_cast<float>(products[r]) / per_unit / rows.per_unit[r];
    const float error = queries.rest_in_steps[query] / per_unit * bounds.length +
                        queries.length_in_steps[query] / per_unit * bounds.rest / rows.per_unit[r];
    lower[static_cast<std::size_t>(r)] = score - kMargin * error;
    upper[static_cast<std::size_t>(r)] = score + kMargin * error;
  }
}

}  // namespace

void round_rows(std::span<std::uint8_t> bytes, std::span<float> per_unit, std::span<kernels::PanelBounds> bounds,
                const Rows& rows, const Compute& compute) {
  const std::int64_t size = kernels::panel_bytes(rows.columns());
  RowSpans spans(rows.count(), rows.count() * rows.columns(), compute.threads);
  spans.run([&](std::int64_t begin, std::int64_t end, std::size_t) {
    RowBlocks blocks(rows, 1, compute);
    for (std::int64_t row = begin; row < end; row += kernels::kPanelRows) {
      const std::int64_t panel = row / kernels::kPanelRows;
      blocks.round_panel(bytes.data() + panel * size, per_unit.data() + row, bounds.data() + panel, row,
                         static_cast<int>(std::min<std::int64_t>(kernels::kPanelRows, end - row)));
    }
  });
}

void find_bounds(memory::MatrixView<float> lower, memory::MatrixView<float> upper,
                 memory::MatrixView<const float> queries, const Rows& rows, const Compute& compute) {
  RowSpans spans(rows.count(), rows.count() * rows.columns() * queries.rows, compute.threads);
  for (std::int64_t first = 0; first < queries.rows; first += kQueriesTogether) {
    const PackedQueries packed(queries, first, std::min(kQueriesTogether, queries.rows - first));
    const RoundedQueries rounded(packed.block());
    spans.run([&](std::int64_t begin, std::int64_t end, std::size_t) {
      RowBlocks blocks(rows, packed.count(), compute);
      std::vector<std::int32_t> products(static_cast<std::size_t>(packed.count() * kPanelBlockRows));
      for (std::int64_t row = begin; row < end; row += kPanelBlockRows) {
        const auto panels = blocks.panels(row, end);
        const auto count = static_cast<std::size_t>(panels.count);
        compute.bytes->multiply(products.data(), kPanelBlockRows, panels, rounded.block());
        for (int q = 0; q < rounded.block().count; ++q)
          write_bounds({lower.row(first + q) + row, count}, {upper.row(first + q) + row, count},
                       products.data() + q * kPanelBlockRows, panels, rounded.block(), q);
      }
    });
  }
}

}  // namespace wordkin::search
