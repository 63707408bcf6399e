#include "tasks/output_layers.h"

#include "linalg/own_rows.h"

namespace wordkin::tasks {

using memory::MatrixView;

OutputLayers::OutputLayers(const linalg::Compute& compute, const Options& options)
    : has_dense_(options.dense_dim > 0),
      output_(compute, heads::Activation::kNone, output_input_columns(options), options.outputs),
      tanh_(options.dense_dim),
      dropped_(options.dense_dim),
      d_(options.dense_dim) {
  if (has_dense_)
    dense_ = heads::PackedDense(compute, heads::Activation::kTanh, encoded_columns(options), options.dense_dim);
}

void OutputLayers::prepare(std::int64_t rows) {
  if (!has_dense_) return;
  tanh_.reserve(rows);
  dropped_.reserve(rows);
  d_.reserve(rows);
}

void OutputLayers::pack(parallel::Team& team, const Tensors<const float>& weights) {
  if (has_dense_) dense_.pack(team, weights.dense);
  output_.pack(team, weights.output);
}

// Each member computes its rows through both layers, so no barrier is needed between them.
void OutputLayers::forward(parallel::Team& team, MatrixView<float> scores, MatrixView<const float> inputs,
                           const recurrent::Dropout& dropout, std::int64_t layer, linalg::Scratch& scratch) {
  if (!has_dense_) return heads::forward(team, scores, inputs, output_, scratch);
  const auto tanh = tanh_.rows(scores.rows), dropped = dropped_.rows(scores.rows);
  heads::forward(team, tanh, inputs, dense_, scratch);
  linalg::copy_own_rows(team, dropped, tanh);
  recurrent::drop_own_rows(team, dropped, dropout, layer);
  heads::forward(team, scores, dropped, output_, scratch);
}

void OutputLayers::backward(parallel::Team& team, const Tensors<float>& gradients, MatrixView<float> d_inputs,
                            MatrixView<float> d_scores, MatrixView<const float> scores, MatrixView<const float> inputs,
                            const recurrent::Dropout& dropout, std::int64_t layer, linalg::Scratch& scratch) {
  constexpr auto kReplace = linalg::Accumulate::kReplace;
  if (!has_dense_)
    return heads::backward(team, gradients.output, d_inputs, kReplace, d_scores, scores, inputs, output_, scratch);
  const auto tanh = tanh_.rows(scores.rows), dropped = dropped_.rows(scores.rows), d = d_.rows(scores.rows);
  heads::backward(team, gradients.output, d, kReplace, d_scores, scores, dropped, output_, scratch);
  recurrent::drop_own_rows(team, d, dropout, layer);
  heads::backward(team, gradients.dense, d_inputs, kReplace, d, tanh, inputs, dense_, scratch);
}

}  // namespace wordkin::tasks
