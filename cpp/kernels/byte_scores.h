// Preselects the candidate rows among the nearest neighbours of queries with vectors rounded to bytes, which need a
// quarter of the memory and of the multiply instructions. Candidates are then scored in float32, so no row is missed
// and no score differs: the Cauchy-Schwarz inequality bounds the contribution of the rounding errors to a dot product.
//
// With x = q / a + e for a row divided by its divisor, where q are integers from -127 to 127, a is its number of steps
// per unit and e the rounding error, and y = p / b + f likewise for a query, a score <x, y> can reach t only if
//   <q, p>  >=  a (t b - |f| b (|x| + |e|)) - |y| b (|e| a)
// The bounds of |e| a and of |x| + |e| are those of all rows of a panel.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"

namespace wordkin::kernels {

inline constexpr int kPanelRows = 16;            // rows per panel
inline constexpr int kPanelGroup = 4;            // adjacent columns of a row in a panel
inline constexpr int kMaxPanels = 3;             // panels per call
inline constexpr int kMaxByteColumns = 1 << 15;  // keeps the sums of products within 32-bit integers
inline constexpr int kByteOffset = 128;          // added to the integers of rows

inline constexpr float kNoBound = -3e38f;  // less than all scores

constexpr std::int64_t groups_of(std::int64_t columns) { return (columns + kPanelGroup - 1) / kPanelGroup; }
constexpr std::int64_t panel_bytes(std::int64_t columns) { return groups_of(columns) * kPanelGroup * kPanelRows; }

// Upper bounds for the rows of a panel, including the rounding errors of scores in float32. Rows that are always
// candidates do not count.
struct PanelBounds {
  float rest;    // of |e| a
  float length;  // of |x| + |e|
};

struct RoundedPanels {
  // IN (panels of panel_bytes) q + kByteOffset: four columns of each row, then the next four; unused ones have q = 0
  const std::uint8_t* bytes;
  const float* per_unit;      // IN (whole panels) a; NaN for rows that are always candidates
  const PanelBounds* bounds;  // IN (panels)
  int count;                  // rows: 1 .. kMaxPanels * kPanelRows
};

struct RoundedQueryBlock {
  const std::int8_t* bytes;      // IN (count, pitch) p, zeros after `columns`
  std::int64_t pitch;            // `columns` rounded up to kPanelGroup
  const std::int32_t* start;     // IN (count) -kByteOffset times the sum of p
  const float* per_unit;         // IN (count) b; NaN for queries that have all rows as candidates
  const float* length_in_steps;  // IN (count) upper bound of |y| b
  const float* rest_in_steps;    // IN (count) upper bound of |f| b
  int count;
  int columns;
};

// The candidates of a query among some rows: bit i stands for row `first_row` + i.
struct LikelyRows {
  std::uint64_t rows;
  std::int32_t query;
  std::int32_t first_row;
};

// Scores that candidates must reach: that of the query, or, if rows are searched for their nearest queries at the same
// time, the lower one of those of query and row.
struct ScoreThresholds {
  const float* queries;  // IN (queries.count)
  const float* rows;     // IN (whole panels), or null
  float* scratch;        // OUT (3 * queries.count)
  LikelyRows* likely;    // OUT (kMaxPanels * queries.count)
};

struct ByteKernels {
  // Rounds the rows of a panel. bytes: OUT (panel_bytes), per_unit: OUT (kPanelRows). Reads rows.floats; rows.count is
  // at most kPanelRows.
  void (*round_panel)(std::uint8_t* bytes, float* per_unit, PanelBounds* bounds, const RowBlock& rows, int columns);
  // pairs: OUT (space for all pairs) the pairs whose score may reach the threshold, including all that do. Returns
  // their number.
  int (*find_likely)(Candidate* pairs, const RoundedPanels& rows, const RoundedQueryBlock& queries,
                     const ScoreThresholds& thresholds);
  // maxima: INOUT (queries.count, pitch), raised to lower bounds of b <x, y>; element r belongs to row r of each call.
  // Rows that are always candidates have no bounds.
  void (*raise_maxima)(float* maxima, std::int64_t pitch, const RoundedPanels& rows, const RoundedQueryBlock& queries);
  // products: OUT (queries.count, pitch) <q, p> of all pairs, exactly; whole panels are written.
  void (*multiply)(std::int32_t* products, std::int64_t pitch, const RoundedPanels& rows,
                   const RoundedQueryBlock& queries);
};

// The byte kernels of an available ISA.
const ByteKernels& byte_kernels_of(Isa isa);

extern const ByteKernels kBaselineBytes;
extern const ByteKernels kAvx2Bytes;
extern const ByteKernels kAvxVnniBytes;
extern const ByteKernels kAvx512VnniBytes;
extern const ByteKernels kNeonBytes;
extern const ByteKernels kNeonDotBytes;

}  // namespace wordkin::kernels
