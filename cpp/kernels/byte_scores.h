// Preselects the candidate rows among the nearest neighbours of many queries with vectors rounded to int8, which needs
// a quarter of the multiply instructions. Candidates are then scored in float32, so no row is missed and no score
// differs: by the Cauchy-Schwarz inequality, a dot product exceeds that of the rounded vectors by at most what the
// rounding errors can contribute.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"

namespace wordkin::kernels {

inline constexpr int kBytePanel = 48;            // queries per panel
inline constexpr int kMaxByteColumns = 1 << 15;  // keeps the sums of products within 32-bit integers
inline constexpr int kByteColumnMultiple = 16;   // rounded rows are zero-padded to a multiple of this

// Queries y = step * p + rest, where the elements of p are integers from -127 to 127.
struct ByteQueries {
  // IN p + 128 in panels of kBytePanel queries: four columns of each query, then the next four columns
  const std::uint8_t* panels;
  const float* per_step;  // IN 1 / step for whole panels; infinite for a query that cannot be represented by integers
  float longest;          // upper bound of the norm of y
  float longest_rest;     // upper bound of the norm of rest, in steps of its query
};

struct ByteKernels {
  // candidates: OUT (space for all pairs) the pairs whose score may reach the query's threshold, including all that do,
  // with the scores of KernelTable::find_candidates. thresholds: IN for whole panels. Reads rows.floats. bytes: OUT
  // scratch (kScoredRows, queries.columns rounded up to kByteColumnMultiple). Returns the number of candidates.
  int (*find_candidates)(Candidate* candidates, const float* thresholds, const RowBlock& rows,
                         const QueryBlock& queries, const ByteQueries& rounded, std::int8_t* bytes);
};

// The byte kernels that accompany an available ISA, or null if the build or the machine has none.
const ByteKernels* byte_kernels_of(Isa isa);

extern const ByteKernels kAvx512VnniKernels;

}  // namespace wordkin::kernels
