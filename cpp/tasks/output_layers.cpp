#include "tasks/output_layers.h"

#include "linalg/own_rows.h"

namespace wordkin::tasks {

using memory::MatrixView;

OutputLayers::OutputLayers(const Options& options)
    : has_dense_(options.dense_dim > 0), tanh_(options.dense_dim), dropped_(options.dense_dim), d_(options.dense_dim) {}

void OutputLayers::prepare(std::int64_t rows) {
  if (!has_dense_) return;
  tanh_.reserve(rows);
  dropped_.reserve(rows);
  d_.reserve(rows);
}

// Each member computes its rows through both layers, so no barrier is needed between them.
void OutputLayers::forward(parallel::Team& team, const PackedWeights& packed, MatrixView<float> scores,
                           MatrixView<const float> inputs, const recurrent::Dropout& dropout, std::int64_t layer,
                           linalg::Scratch& scratch) {
  if (!has_dense_) return heads::forward(team, scores, inputs, packed.output, scratch);
  const auto tanh = tanh_.rows(scores.rows), dropped = dropped_.rows(scores.rows);
  heads::forward(team, tanh, inputs, packed.dense, scratch);
  linalg::copy_own_rows(team, dropped, tanh);
  recurrent::drop_own_rows(team, dropped, dropout, layer);
  heads::forward(team, scores, dropped, packed.output, scratch);
}

void OutputLayers::backward(parallel::Team& team, const PackedWeights& packed, const Tensors<float>& gradients,
                            MatrixView<float> d_inputs, MatrixView<float> d_scores, MatrixView<const float> scores,
                            MatrixView<const float> inputs, const recurrent::Dropout& dropout, std::int64_t layer,
                            linalg::Scratch& scratch) {
  constexpr auto kReplace = linalg::Accumulate::kReplace;
  if (!has_dense_)
    return heads::backward(team, gradients.output, d_inputs, kReplace, d_scores, scores, inputs, packed.output,
                           scratch);
  const auto tanh = tanh_.rows(scores.rows), dropped = dropped_.rows(scores.rows), d = d_.rows(scores.rows);
  heads::backward(team, gradients.output, d, kReplace, d_scores, scores, dropped, packed.output, scratch);
  recurrent::drop_own_rows(team, d, dropout, layer);
  heads::backward(team, gradients.dense, d_inputs, kReplace, d, tanh, inputs, packed.dense, scratch);
}

}  // namespace wordkin::tasks
