// Dropout whose factors are a function of (seed, step, direction, layer, row, column): the same for every number of
// threads, and made again on the way back instead of kept.
#pragma once

#include <cstdint>

#include "memory/matrix_view.h"
#include "parallel/team.h"

namespace wordkin::recurrent {

struct Dropout {
  float rate = 0.0f;  // share of the entries that are dropped, in 1 / 65536: a draw has 16 bits
  std::uint64_t seed = 0;
  std::uint64_t step = 0;
  int direction = 0;
  std::int64_t first_layer = 0;  // below it nothing is dropped: whoever made the input may have done so

  [[nodiscard]] bool drops(std::int64_t layer) const { return rate > 0.0f && layer >= first_layer; }
};

// Multiplies rows by the factors of `layer`: 0, or one over the kept share. `first_row` is the number of the first of
// them in the batch.
void drop(memory::MatrixView<float> rows, std::int64_t first_row, const Dropout& dropout, std::int64_t layer);

// Every member of the team does so for its share of the rows of a batch.
void drop_own_rows(const parallel::Team& team, memory::MatrixView<float> rows, const Dropout& dropout,
                   std::int64_t layer);

}  // namespace wordkin::recurrent
