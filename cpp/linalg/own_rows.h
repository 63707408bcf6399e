// Row-wise operations in which each member of a team processes its share of the rows.
#pragma once

#include <algorithm>
#include <cstdint>

#include "memory/matrix_view.h"
#include "parallel/team.h"

namespace wordkin::linalg {

// Copies this member's rows, team.share(from.rows), without barriers.
inline void copy_own_rows(const parallel::Team& team, memory::MatrixView<float> to,
                          memory::MatrixView<const float> from) {
  const parallel::Range own = team.share(from.rows);
  for (std::int64_t row = own.begin; row < own.end; ++row) std::copy_n(from.row(row), from.columns, to.row(row));
}

// Adds this member's rows, team.share(rows.rows), to those of `sums`, without barriers.
inline void add_own_rows(const parallel::Team& team, memory::MatrixView<float> sums,
                         memory::MatrixView<const float> rows) {
  const parallel::Range own = team.share(rows.rows);
  for (std::int64_t row = own.begin; row < own.end; ++row)
    for (std::int64_t k = 0; k < rows.columns; ++k) sums.row(row)[k] += rows.row(row)[k];
}

}  // namespace wordkin::linalg
