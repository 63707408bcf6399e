#include "heads/attention_pooling.h"

#include <algorithm>
#include <cstddef>

#include "heads/float_sums.h"

namespace wordkin::heads {
namespace {

using memory::MatrixView;

// scores: INOUT (count), replaced by their softmax.
void softmax(std::span<float> scores, const kernels::KernelTable& kernels) {
  const float greatest = *std::ranges::max_element(scores);
  const double sum = kernels.exponentials(scores.data(), scores.data(), greatest, std::ssize(scores));
  const auto factor = static_cast<float>(1.0 / sum);
  for (float& score : scores) score *= factor;
}

}  // namespace

void AttentionSaved::reserve(std::int64_t rows) {
  units.reserve(rows);
  d_units.reserve(rows);
  const auto count = static_cast<std::size_t>(rows);
  if (count <= alpha.size()) return;
  alpha = memory::AlignedBuffer<float>(count);
  d_scores = memory::AlignedBuffer<float>(count);
}

void forward(parallel::Team& team, MatrixView<float> pooled, MatrixView<const float> hidden, const TextSpans& texts,
             const PackedDense& dense, const AttentionTensors<const float>& tensors, AttentionSaved& saved,
             linalg::Scratch& scratch) {
  const auto units = saved.units.rows(hidden.rows);
  forward(team, units, hidden, dense, scratch);
  const parallel::Range rows = team.share(hidden.rows);
  for (std::int64_t row = rows.begin; row < rows.end; ++row)
    saved.alpha[static_cast<std::size_t>(row)] = dot(units.row(row), tensors.query.data(), units.columns);
  team.barrier();
  const parallel::Range own = texts.share(team);
  for (std::int64_t text = own.begin; text < own.end; ++text) {
    float* const sum = pooled.row(text);
    std::fill_n(sum, pooled.columns, 0.0f);
    const std::int64_t begin = texts.begin(text), length = texts.length(text);
    if (length == 0) continue;
    softmax(saved.alpha.span().subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(length)),
            *dense.compute().kernels);
    for (std::int64_t row = begin; row < begin + length; ++row)
      add_scaled(sum, hidden.row(row), saved.alpha[static_cast<std::size_t>(row)], pooled.columns);
  }
}

void backward(parallel::Team& team, const AttentionTensors<float>& gradients, MatrixView<float> d_hidden,
              MatrixView<const float> d_pooled, MatrixView<const float> hidden, const TextSpans& texts,
              const PackedDense& dense, const AttentionTensors<const float>& tensors, AttentionSaved& saved,
              linalg::Scratch& scratch) {
  const auto units = saved.units.rows(hidden.rows), d_units = saved.d_units.rows(hidden.rows);
  const parallel::Range own = texts.share(team);
  for (std::int64_t text = own.begin; text < own.end; ++text) {
    const float* const d_sum = d_pooled.row(text);
    const std::int64_t begin = texts.begin(text), end = begin + texts.length(text);
    double mean = 0.0;  // of the gradients of alpha, weighted by alpha
    for (std::int64_t row = begin; row < end; ++row) {
      const auto index = static_cast<std::size_t>(row);
      saved.d_scores[index] = dot(d_sum, hidden.row(row), hidden.columns);
      mean += static_cast<double>(saved.alpha[index]) * static_cast<double>(saved.d_scores[index]);
    }
    for (std::int64_t row = begin; row < end; ++row) {
      const auto index = static_cast<std::size_t>(row);
      const float alpha = saved.alpha[index];
      float& d_score = saved.d_scores[index];
      d_score = alpha * (d_score - static_cast<float>(mean));
      for (std::int64_t k = 0; k < hidden.columns; ++k) d_hidden.row(row)[k] = alpha * d_sum[k];
      for (std::int64_t k = 0; k < units.columns; ++k)
        d_units.row(row)[k] = d_score * tensors.query[static_cast<std::size_t>(k)];
    }
  }
  team.barrier();
  const parallel::Range columns = team.share(units.columns);
  float* const d_query = gradients.query.data();
  std::fill(d_query + columns.begin, d_query + columns.end, 0.0f);
  for (std::int64_t row = 0; row < hidden.rows; ++row)
    add_scaled(d_query + columns.begin, units.row(row) + columns.begin, saved.d_scores[static_cast<std::size_t>(row)],
               columns.size());
  backward(team, gradients.dense, d_hidden, linalg::Accumulate::kAdd, d_units, units, hidden, dense, scratch);
}

}  // namespace wordkin::heads
