// Pooling of the rows of a text without parameters: their mean, the maximum of each column, or the last row of each
// direction. The result for an empty text is zero.
#pragma once

#include <cstdint>

#include "heads/text_spans.h"
#include "memory/matrix_view.h"
#include "parallel/team.h"

namespace wordkin::heads {

// Each member reads and writes the texts of its share, texts.share(team), and their rows, without barriers.

// pooled: OUT (texts, columns). rows: IN.
void mean_forward(const parallel::Team& team, memory::MatrixView<float> pooled, memory::MatrixView<const float> rows,
                  const TextSpans& texts);
// d_rows: OUT, every row. d_pooled: IN.
void mean_backward(const parallel::Team& team, memory::MatrixView<float> d_rows,
                   memory::MatrixView<const float> d_pooled, const TextSpans& texts);

// argmax: OUT (texts, columns) the row of each maximum, the first among equals; needed by backward.
void max_forward(const parallel::Team& team, memory::MatrixView<float> pooled, memory::MatrixView<std::int64_t> argmax,
                 memory::MatrixView<const float> rows, const TextSpans& texts);
void max_backward(const parallel::Team& team, memory::MatrixView<float> d_rows,
                  memory::MatrixView<const float> d_pooled, memory::MatrixView<const std::int64_t> argmax,
                  const TextSpans& texts);

// The columns before forward_columns come from the direction that reads forward, the others from the backward
// direction.
void last_forward(const parallel::Team& team, memory::MatrixView<float> pooled, memory::MatrixView<const float> rows,
                  std::int64_t forward_columns, const TextSpans& texts);
void last_backward(const parallel::Team& team, memory::MatrixView<float> d_rows,
                   memory::MatrixView<const float> d_pooled, std::int64_t forward_columns, const TextSpans& texts);

}  // namespace wordkin::heads
