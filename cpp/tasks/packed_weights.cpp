#include "tasks/packed_weights.h"

#include <cassert>
#include <stdexcept>
#include <string>
#include <vector>

#include "linalg/int8_matrix.h"

namespace wordkin::tasks {
namespace {

// A matrix rounded to 8-bit integers.
struct RoundedMatrix {
  explicit RoundedMatrix(memory::MatrixView<const float> matrix)
      : values(static_cast<std::size_t>(matrix.rows * matrix.columns)),
        scales(static_cast<std::size_t>(matrix.columns)),
        view{{values.data(), matrix.rows, matrix.columns, matrix.columns}, scales},
        is_finite(linalg::round_columns({values.data(), matrix.rows, matrix.columns, matrix.columns}, scales, matrix)) {
  }

  std::vector<std::int8_t> values;
  std::vector<float> scales;
  linalg::Int8Matrix view;
  bool is_finite;
};

linalg::Compute of_floats(const linalg::Compute& compute) { return {compute.kernels, linalg::Precision::kFloat32}; }

}  // namespace

recurrent::StackShape encoder_shape(const Options& options) {
  recurrent::StackShape shape;
  shape.cell = options.encoder == Encoding::kRnn ? recurrent::Cell::kRnn : recurrent::Cell::kLstm;
  shape.input = feature_columns(options);
  shape.dim = shape.hidden = options.hidden_dim;
  shape.n_layers = options.n_layers;
  return shape;
}

PackedWeights::PackedWeights(const linalg::Compute& compute, const Options& options, linalg::Purpose purpose)
    : output(of_floats(compute), heads::Activation::kNone, output_input_columns(options), options.outputs, purpose),
      has_attention_(attends(options)),
      has_dense_(options.dense_dim > 0) {
  for (int direction = 0; direction < directions_of(options); ++direction)
    encoder.emplace_back(compute, encoder_shape(options), purpose);
  for (const auto& context : options.contexts)
    if (options.projection_dim > 0)
      projections.emplace_back(of_floats(compute), heads::Activation::kNone, mixed_columns(options, context),
                               options.projection_dim, purpose);
  const auto tanh_layer = [&](std::int64_t inputs, std::int64_t units) {
    return heads::PackedDense(of_floats(compute), heads::Activation::kTanh, inputs, units, purpose);
  };
  const std::int64_t encoded = encoded_columns(options);
  if (has_attention_) attention = tanh_layer(encoded, options.attention_dim);
  if (has_dense_) dense = tanh_layer(pools(options) ? pooled_columns(options) : encoded, options.dense_dim);
}

void PackedWeights::pack(parallel::Team& team, const Tensors<const float>& weights) {
  for (std::size_t direction = 0; direction < encoder.size(); ++direction) {
    if (encoder[direction].compute().precision == linalg::Precision::kInt8)
      pack_int8(team, direction, weights);
    else
      encoder[direction].pack(team, weights.layers[direction]);
  }
  for (std::size_t i = 0; i < projections.size(); ++i) projections[i].pack(team, weights.projections[i]);
  if (has_attention_) attention.pack(team, weights.attention.dense);
  if (has_dense_) dense.pack(team, weights.dense);
  output.pack(team, weights.output);
}

void PackedWeights::pack_int8(parallel::Team& team, std::size_t direction, const Tensors<const float>& weights) {
  assert(team.size() == 1);
  const auto& shape = encoder[direction].shape();
  std::vector<RoundedMatrix> rounded;
  std::vector<recurrent::Int8Layer> layers;
  const auto round = [&](memory::MatrixView<const float> matrix, std::size_t layer) {
    if (!rounded.emplace_back(matrix).is_finite)
      throw std::invalid_argument(
          "the weights of the encoder must be finite to be rounded to 8-bit integers, got NaN "
          "or infinite values in encoder_" +
          std::to_string(direction) + "/" + std::to_string(layer) + "/W; use float32");
    return rounded.back().view;
  };
  for (std::size_t layer = 0; layer < weights.layers[direction].size(); ++layer) {
    const auto matrix = weights.layers[direction][layer].weights;
    const std::int64_t inputs = shape.input_of(static_cast<std::int64_t>(layer));
    layers.push_back(
        {round(matrix.block_of_rows(0, inputs), layer), round(matrix.block_of_rows(inputs, shape.hidden), layer), {}});
  }
  encoder[direction].pack(team, weights.layers[direction], layers);
}

}  // namespace wordkin::tasks
