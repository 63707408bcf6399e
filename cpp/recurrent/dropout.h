// Dropout whose factors are a function of (seed, step, direction, layer, row, column): they do not depend on the number
// of threads and are recomputed in the backward pass instead of stored.
#pragma once

#include <cstdint>

#include "memory/matrix_view.h"
#include "parallel/team.h"

namespace wordkin::recurrent {

struct Dropout {
  float rate = 0.0f;  // dropout rate, in steps of 1 / 65536 because a draw has 16 bits
  std::uint64_t seed = 0;
  std::uint64_t step = 0;
  int direction = 0;
  // No dropout in layers below this one, for example because the caller has already applied it to the input.
  std::int64_t first_layer = 0;

  [[nodiscard]] bool drops(std::int64_t layer) const { return rate > 0.0f && layer >= first_layer; }
};

// Multiplies rows by the dropout factors of `layer`: 0, or 1 / (1 - rate). `first_row` is the index of the first row
// within the batch.
void drop(memory::MatrixView<float> rows, std::int64_t first_row, const Dropout& dropout, std::int64_t layer);

// Applies drop to this member's share of all the rows of a batch, team.share(rows.rows), without barriers.
void drop_own_rows(const parallel::Team& team, memory::MatrixView<float> rows, const Dropout& dropout,
                   std::int64_t layer);

}  // namespace wordkin::recurrent
