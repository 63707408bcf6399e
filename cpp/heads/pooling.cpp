#include "heads/pooling.h"

#include <algorithm>

#include "heads/float_sums.h"

namespace wordkin::heads {
namespace {

using memory::MatrixView;
using parallel::Team;

// Calls visit(text, first row, number of rows) for this member's texts.
template <typename Visit>
void for_own_texts(const Team& team, const TextSpans& texts, const Visit& visit) {
  const parallel::Range own = texts.share(team);
  for (std::int64_t text = own.begin; text < own.end; ++text) visit(text, texts.begin(text), texts.length(text));
}

void clear_rows(MatrixView<float> rows, std::int64_t first, std::int64_t count) {
  for (std::int64_t row = first; row < first + count; ++row) std::fill_n(rows.row(row), rows.columns, 0.0f);
}

}  // namespace

void mean_forward(const Team& team, MatrixView<float> pooled, MatrixView<const float> rows, const TextSpans& texts) {
  for_own_texts(team, texts, [&](std::int64_t text, std::int64_t first, std::int64_t count) {
    float* const mean = pooled.row(text);
    std::fill_n(mean, pooled.columns, 0.0f);
    for (std::int64_t row = first; row < first + count; ++row)
      add_scaled(mean, rows.row(row), 1.0f / static_cast<float>(count), pooled.columns);
  });
}

void mean_backward(const Team& team, MatrixView<float> d_rows, MatrixView<const float> d_pooled,
                   const TextSpans& texts) {
  for_own_texts(team, texts, [&](std::int64_t text, std::int64_t first, std::int64_t count) {
    for (std::int64_t row = first; row < first + count; ++row)
      for (std::int64_t k = 0; k < d_rows.columns; ++k)
        d_rows.row(row)[k] = d_pooled.row(text)[k] / static_cast<float>(count);
  });
}

void max_forward(const Team& team, MatrixView<float> pooled, MatrixView<std::int64_t> argmax,
                 MatrixView<const float> rows, const TextSpans& texts) {
  for_own_texts(team, texts, [&](std::int64_t text, std::int64_t first, std::int64_t count) {
    float* const greatest = pooled.row(text);
    std::int64_t* const argmax_row = argmax.row(text);
    if (count == 0) return clear_rows(pooled, text, 1);
    std::copy_n(rows.row(first), rows.columns, greatest);
    std::fill_n(argmax_row, rows.columns, first);
    for (std::int64_t row = first + 1; row < first + count; ++row) {
      const float* const values = rows.row(row);
      for (std::int64_t k = 0; k < rows.columns; ++k) {
        if (!(values[k] > greatest[k])) continue;
        greatest[k] = values[k];
        argmax_row[k] = row;
      }
    }
  });
}

void max_backward(const Team& team, MatrixView<float> d_rows, MatrixView<const float> d_pooled,
                  MatrixView<const std::int64_t> argmax, const TextSpans& texts) {
  for_own_texts(team, texts, [&](std::int64_t text, std::int64_t first, std::int64_t count) {
    clear_rows(d_rows, first, count);
    if (count == 0) return;
    for (std::int64_t k = 0; k < d_rows.columns; ++k) d_rows.row(argmax.row(text)[k])[k] = d_pooled.row(text)[k];
  });
}

void last_forward(const Team& team, MatrixView<float> pooled, MatrixView<const float> rows,
                  std::int64_t forward_columns, const TextSpans& texts) {
  for_own_texts(team, texts, [&](std::int64_t text, std::int64_t first, std::int64_t count) {
    if (count == 0) return clear_rows(pooled, text, 1);
    std::copy_n(rows.row(first + count - 1), forward_columns, pooled.row(text));
    std::copy_n(rows.row(first) + forward_columns, rows.columns - forward_columns, pooled.row(text) + forward_columns);
  });
}

void last_backward(const Team& team, MatrixView<float> d_rows, MatrixView<const float> d_pooled,
                   std::int64_t forward_columns, const TextSpans& texts) {
  for_own_texts(team, texts, [&](std::int64_t text, std::int64_t first, std::int64_t count) {
    clear_rows(d_rows, first, count);
    if (count == 0) return;
    std::copy_n(d_pooled.row(text), forward_columns, d_rows.row(first + count - 1));
    std::copy_n(d_pooled.row(text) + forward_columns, d_rows.columns - forward_columns,
                d_rows.row(first) + forward_columns);
  });
}

}  // namespace wordkin::heads
