#include "tasks/packed_weights.h"

namespace wordkin::tasks {

recurrent::StackShape encoder_shape(const Options& options) {
  recurrent::StackShape shape;
  shape.cell = options.encoder == Encoding::kRnn ? recurrent::Cell::kRnn : recurrent::Cell::kLstm;
  shape.input = feature_columns(options);
  shape.dim = shape.hidden = options.hidden_dim;
  shape.n_layers = options.n_layers;
  return shape;
}

PackedWeights::PackedWeights(const linalg::Compute& compute, const Options& options, linalg::Purpose purpose)
    : output(compute, heads::Activation::kNone, output_input_columns(options), options.outputs, purpose),
      has_attention_(attends(options)),
      has_dense_(options.dense_dim > 0) {
  for (int direction = 0; direction < directions_of(options); ++direction)
    encoder.emplace_back(compute, encoder_shape(options), purpose);
  const auto tanh_layer = [&](std::int64_t units) {
    return heads::PackedDense(compute, heads::Activation::kTanh, encoded_columns(options), units, purpose);
  };
  if (has_attention_) attention = tanh_layer(options.attention_dim);
  if (has_dense_) dense = tanh_layer(options.dense_dim);
}

void PackedWeights::pack(parallel::Team& team, const Tensors<const float>& weights) {
  for (std::size_t direction = 0; direction < encoder.size(); ++direction)
    encoder[direction].pack(team, weights.layers[direction]);
  if (has_attention_) attention.pack(team, weights.attention.dense);
  if (has_dense_) dense.pack(team, weights.dense);
  output.pack(team, weights.output);
}

}  // namespace wordkin::tasks
