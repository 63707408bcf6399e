// One vector of the rows of a text without parameters: their mean, the greatest of each column, or the last row that
// each direction has read. An empty text has the zero vector.
#pragma once

#include <cstdint>

#include "heads/text_spans.h"
#include "memory/matrix_view.h"
#include "parallel/team.h"

namespace wordkin::heads {

// A member reads and writes the texts of its share, texts.share(team), and their rows: no barrier within.

// pooled: OUT (texts, columns). rows: IN.
void mean_forward(const parallel::Team& team, memory::MatrixView<float> pooled, memory::MatrixView<const float> rows,
                  const TextSpans& texts);
// d_rows: OUT, every row. d_pooled: IN.
void mean_backward(const parallel::Team& team, memory::MatrixView<float> d_rows,
                   memory::MatrixView<const float> d_pooled, const TextSpans& texts);

// places: OUT (texts, columns) the row of each maximum, the first of equal ones; what backward needs.
void max_forward(const parallel::Team& team, memory::MatrixView<float> pooled, memory::MatrixView<std::int64_t> argmax,
                 memory::MatrixView<const float> rows, const TextSpans& texts);
void max_backward(const parallel::Team& team, memory::MatrixView<float> d_rows,
                  memory::MatrixView<const float> d_pooled, memory::MatrixView<const std::int64_t> argmax,
                  const TextSpans& texts);

// The columns before forward_columns were made by reading from the first row to the last, the others the other way.
void last_forward(const parallel::Team& team, memory::MatrixView<float> pooled, memory::MatrixView<const float> rows,
                  std::int64_t forward_columns, const TextSpans& texts);
void last_backward(const parallel::Team& team, memory::MatrixView<float> d_rows,
                   memory::MatrixView<const float> d_pooled, std::int64_t forward_columns, const TextSpans& texts);

}  // namespace wordkin::heads
