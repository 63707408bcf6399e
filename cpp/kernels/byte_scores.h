// Which rows may be among the nearest of many queries, seen on numbers rounded to one byte: four products in the place
// of one. What may be is scored as ever, so that no row is missed and no score differs: by the inequality of Cauchy and
// Schwarz a dot product is at most that of the rounded numbers and what the parts rounded off can add.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"

namespace wordkin::kernels {

inline constexpr int kBytePanel = 48;            // queries side by side
inline constexpr int kMaxByteColumns = 1 << 15;  // sums of products stay whole numbers of 32 bits
inline constexpr int kByteColumnMultiple = 16;   // rounded rows are padded with zeros to a multiple

// Queries y = step * p + rest, p whole numbers from -127 to 127.
struct ByteQueries {
  const std::uint8_t* panels;  // IN p + 128 in panels of kBytePanel queries: four columns of each, then the next four
  const float* per_step;  // IN 1 / step, for whole panels; infinite for a query that no whole numbers can stand for
  float longest;          // no y is longer
  float longest_rest;     // no rest is longer, in steps of its query
};

struct ByteKernels {
  // candidates: OUT (room for all pairs) those that may have a score not below the query's threshold, all that have one
  // among them, with the scores of KernelTable::find_candidates. thresholds: IN for whole panels. rows.floats are read.
  // bytes: OUT scratch (kScoredRows, queries.columns rounded up to kByteColumnMultiple). Returns how many.
  int (*find_candidates)(Candidate* candidates, const float* thresholds, const RowBlock& rows,
                         const QueryBlock& queries, const ByteQueries& rounded, std::int8_t* bytes);
};

// What goes with the kernels of an available ISA, or null where the build or the machine has none.
const ByteKernels* byte_kernels_of(Isa isa);

extern const ByteKernels kAvx512VnniKernels;
// Whether this CPU has AVX512-VNNI, which any of the kinds of AVX-512 may have or lack.
bool has_avx512_vnni();

}  // namespace wordkin::kernels
