// Scores that the k best rows of queries reach at least, found in bytes in a sample of the rows. A search with such
// thresholds has fewer candidates: at its beginning, each pair is among the best so far.
#pragma once

#include <cstdint>
#include <span>

#include "memory/aligned_buffer.h"
#include "memory/matrix_view.h"
#include "search/rounded_queries.h"
#include "search/row_blocks.h"
#include "search/rows.h"

namespace wordkin::search {

// A sample has one of this number of rows. A larger sample would take more time than it saves.
inline constexpr std::int64_t kRowsPerSampled = 16;

class ScoreFloors {
 public:
  // There are none of larger `k`.
  static constexpr std::int64_t kMaxK = kPanelBlockRows / 2;

  // Every `stride`-th block of the rows is in the sample.
  ScoreFloors(std::int64_t k, const Rows& rows, std::int64_t stride, const Compute& compute);

  // floors: OUT (queries), -infinity where none is known.
  void find(std::span<float> floors, const kernels::RoundedQueryBlock& queries);

 private:
  std::int64_t k_, stride_;
  const Rows& rows_;
  const Compute& compute_;
  RowBlocks blocks_;
  memory::AlignedBuffer<float> maxima_;
};

// floors: OUT (rows) likewise, of the scores of rows with their k best queries.
bool has_row_floors(std::int64_t k, const memory::MatrixView<const float>& queries, const Rows& rows);
void find_row_floors(std::span<float> floors, std::int64_t k, const memory::MatrixView<const float>& queries,
                     const Rows& rows, const Compute& compute);

}  // namespace wordkin::search
