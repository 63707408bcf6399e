// Matrix products; all other modules multiply matrices through this interface.
#pragma once

#include "linalg/compute.h"
#include "linalg/packed_matrix.h"
#include "linalg/scratch.h"
#include "memory/matrix_view.h"
#include "parallel/team.h"

namespace wordkin::linalg {

enum class Accumulate { kReplace, kAdd };
enum class Transpose { kNo, kYes };
// kSame: the preceding product that this member computed had the same left operand, and a matrix with the same number
// of rows, so the operand need not be rounded again.
enum class LeftOperand { kNew, kSame };

// C (m, n) = A (m, k) B, or += with Accumulate::kAdd. Called by every member of the team; each writes its own columns
// of C, without a barrier at the beginning or end. Each element of C is summed in an order that does not depend on m,
// on its position or on the team, so the result for a row is bit-identical in every batch. C must not overlap A.
void multiply(parallel::Team& team, memory::MatrixView<float> c, memory::MatrixView<const float> a,
              const PackedMatrix& b, Accumulate accumulate, Scratch& scratch, LeftOperand left = LeftOperand::kNew);

// The weights that are read after a product and should be prefetched during it: a panel, identified by its column.
struct NextPanel {
  const PackedMatrix* b = nullptr;  // null: all weights, including those of this product, are already cached
  std::int64_t column = 0;
};

// The same product for the columns of B from `first` (a multiple of its panel_columns), computed by one member alone.
// For callers that process part of C while it is in the cache.
void multiply_columns(const parallel::Team& team, memory::MatrixView<float> c, memory::MatrixView<const float> a,
                      const PackedMatrix& b, std::int64_t first, Accumulate accumulate, NextPanel next_panel,
                      Scratch& scratch, LeftOperand left = LeftOperand::kNew);

// C (m, n) = op(A) op(B), or += with Accumulate::kAdd, for large matrices that are used once, such as gradients of
// weights. Called by every member; each writes its own part of C, without a barrier at the beginning or end.
void gemm(parallel::Team& team, const Compute& compute, memory::MatrixView<float> c, memory::MatrixView<const float> a,
          Transpose transpose_a, memory::MatrixView<const float> b, Transpose transpose_b, Accumulate accumulate,
          Scratch& scratch);

}  // namespace wordkin::linalg
