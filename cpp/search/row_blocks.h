// Reads rows in blocks, in the layouts of the kernels.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/byte_scores.h"
#include "kernels/kernel_table.h"
#include "memory/aligned_buffer.h"
#include "search/rows.h"

namespace wordkin::search {

inline constexpr std::int64_t kPanelBlockRows = kernels::kMaxPanels * kernels::kPanelRows;

class RowBlocks {
 public:
  // `queries`: how many queries each block is compared with.
  RowBlocks(const Rows& rows, std::int64_t queries, const Compute& compute)
      : rows_(rows), compute_(compute), widens_(rows.floats.empty() && queries >= kernels::kScoredQueries) {}

  // At most kScoredRows rows for the kernels that score rows. Rows of float16 are converted once for all queries.
  kernels::RowBlock read(std::int64_t first, std::int64_t end) {
    const int count = static_cast<int>(std::min<std::int64_t>(kernels::kScoredRows, end - first));
    return widens_ ? widened(first, count) : stored(first, count);
  }

  // Any number of rows as they are stored.
  [[nodiscard]] kernels::RowBlock stored(std::int64_t first, int count) const {
    const float* divisors = rows_.divisors.data() + first;
    if (!rows_.floats.empty()) return {rows_.floats.row(first), nullptr, rows_.floats.pitch, 0, divisors, count};
    return {nullptr, rows_.halves.row(first), 0, rows_.halves.pitch, divisors, count};
  }

  // Number of rows before the next one with which a panel of rounded rows can begin.
  [[nodiscard]] std::int64_t rows_before_panel(std::int64_t first) const {
    if (rows_.rounded.empty()) return 0;
    const std::int64_t position = (rows_.rounded.first + first) % kernels::kPanelRows;
    return position == 0 ? 0 : kernels::kPanelRows - position;
  }

  // At most kPanelBlockRows rows, rounded before or now.
  kernels::RoundedPanels panels(std::int64_t first, std::int64_t end) {
    const int count = static_cast<int>(std::min(kPanelBlockRows, end - first));
    const std::int64_t bytes = kernels::panel_bytes(rows_.columns());
    if (!rows_.rounded.empty()) {
      const auto panel = (rows_.rounded.first + first) / kernels::kPanelRows;
      return {rows_.rounded.bytes.data() + panel * bytes, rows_.rounded.per_unit.data() + panel * kernels::kPanelRows,
              rows_.rounded.bounds.data() + panel, count};
    }
    if (bytes_.size() == 0)
      bytes_ = memory::AlignedBuffer<std::uint8_t>(static_cast<std::size_t>(kernels::kMaxPanels * bytes));
    for (int row = 0, panel = 0; row < count; row += kernels::kPanelRows, ++panel) {
      const int length = std::min(kernels::kPanelRows, count - row);
      round_panel(bytes_.data() + panel * bytes, per_unit_ + row, bounds_ + panel, first + row, length);
    }
    return {bytes_.data(), per_unit_, bounds_, count};
  }

  void round_panel(std::uint8_t* bytes, float* per_unit, kernels::PanelBounds* bounds, std::int64_t first, int count) {
    compute_.bytes->round_panel(bytes, per_unit, bounds,
                                rows_.floats.empty() ? widened(first, count) : stored(first, count),
                                static_cast<int>(rows_.columns()));
  }

 private:
  kernels::RowBlock widened(std::int64_t first, int count) {
    const std::int64_t columns = rows_.columns();
    if (widened_.size() == 0)
      widened_ = memory::AlignedBuffer<float>(static_cast<std::size_t>(kernels::kScoredRows * columns));
    for (int r = 0; r < count; ++r)
      compute_.kernels.widen(widened_.data() + r * columns, rows_.halves.row(first + r), columns);
    return {widened_.data(),    rows_.halves.row(first),       columns,
            rows_.halves.pitch, rows_.divisors.data() + first, count};
  }

  const Rows& rows_;
  const Compute& compute_;
  bool widens_;
  memory::AlignedBuffer<float> widened_;
  memory::AlignedBuffer<std::uint8_t> bytes_;
  float per_unit_[kPanelBlockRows] = {};
  kernels::PanelBounds bounds_[kernels::kMaxPanels] = {};
};

}  // namespace wordkin::search
