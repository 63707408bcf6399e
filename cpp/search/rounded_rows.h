// Rows rounded to bytes once for many searches, and bounds of cosines from them.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/byte_scores.h"
#include "memory/matrix_view.h"
#include "search/rows.h"

namespace wordkin::search {

// Fewer rows are not searched in bytes.
inline constexpr std::int64_t kMinRoundedRows = 2048;

// Sizes of the arrays that hold rounded rows.
constexpr std::int64_t panels_of(std::int64_t rows) { return (rows + kernels::kPanelRows - 1) / kernels::kPanelRows; }

// bytes: OUT (panels of panel_bytes), per_unit: OUT (whole panels), bounds: OUT (panels). Uses compute.bytes.
void round_rows(std::span<std::uint8_t> bytes, std::span<float> per_unit, std::span<kernels::PanelBounds> bounds,
                const Rows& rows, const Compute& compute);

// lower, upper: OUT (queries, rows) bounds of the cosines of find_cosines, NaN where none are known. Reads
// rows.rounded, which must not be empty and begin with a whole panel.
void find_bounds(memory::MatrixView<float> lower, memory::MatrixView<float> upper,
                 memory::MatrixView<const float> queries, const Rows& rows, const Compute& compute);

}  // namespace wordkin::search
