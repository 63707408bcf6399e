// The one door to matrix products.
#pragma once

#include "linalg/compute.h"
#include "linalg/packed_matrix.h"
#include "linalg/scratch.h"
#include "memory/matrix_view.h"
#include "parallel/team.h"

namespace wordkin::linalg {

enum class Accumulate { kReplace, kAdd };
enum class Transpose { kNo, kYes };

// C (m, n) = or += A (m, k) B. Every member of the team calls it and writes its own columns of C; no barrier stands at
// its beginning or end. An element of C is summed in one order whatever m, its place and the team are: the same inputs
// give the same float in any company. C must not overlap A.
void multiply(parallel::Team& team, memory::MatrixView<float> c, memory::MatrixView<const float> a,
              const PackedMatrix& b, Accumulate accumulate, Scratch& scratch);

// The weights that will be read behind a product, to be fetched while it runs: the panel of a column.
struct NextPanel {
  const PackedMatrix* b = nullptr;  // null: all of it, and of this product, is in the cache already
  std::int64_t column = 0;
};

// The same for the columns of B from `first` on, a multiple of its panel_columns, by one member alone: for callers that
// go on with a part of C while it is in the cache.
void multiply_columns(const parallel::Team& team, memory::MatrixView<float> c, memory::MatrixView<const float> a,
                      const PackedMatrix& b, std::int64_t first, Accumulate accumulate, NextPanel next_panel,
                      Scratch& scratch);

// C (m, n) = or += op(A) op(B) for large matrices that are used once: gradients of weights. Every member calls it and
// writes its own share of C; no barrier stands at its beginning or end. Where it was built with BLAS, sums depend on
// the team's size within rounding.
void gemm(parallel::Team& team, const Compute& compute, memory::MatrixView<float> c, memory::MatrixView<const float> a,
          Transpose transpose_a, memory::MatrixView<const float> b, Transpose transpose_b, Accumulate accumulate,
          Scratch& scratch);

}  // namespace wordkin::linalg
