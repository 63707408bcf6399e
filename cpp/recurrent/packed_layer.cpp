#include "recurrent/packed_layer.h"

#include <algorithm>
#include <cassert>

namespace wordkin::recurrent {

using linalg::PackedMatrix;

PackedLayer::PackedLayer(const linalg::Compute& compute, const StackShape& shape, std::int64_t layer, Purpose purpose)
    : shape_(shape),
      input_columns_(shape.input_of(layer)),
      purpose_(purpose),
      bias_(static_cast<std::size_t>(shape.gates() * shape.dim)) {
  for (int gate = 0; gate < shape.gates(); ++gate) {
    input_[static_cast<std::size_t>(gate)] = PackedMatrix(compute, input_columns_, shape.dim);
    hidden_[static_cast<std::size_t>(gate)] = PackedMatrix(compute, shape.hidden, shape.dim);
  }
  if (shape.projects()) projection_ = PackedMatrix(compute, shape.dim, shape.hidden);
  if (purpose == Purpose::kInference) return;
  hidden_transposed_ = PackedMatrix(compute, shape.gates() * shape.dim, shape.hidden);
  if (shape.projects()) projection_transposed_ = PackedMatrix(compute, shape.hidden, shape.dim);
}

void PackedLayer::pack(parallel::Team& team, const LayerParameters& parameters) {
  assert(parameters.weights.rows == input_columns_ + shape_.hidden &&
         parameters.weights.columns == shape_.gates() * shape_.dim);
  const auto of_input = parameters.weights.block_of_rows(0, input_columns_);
  const auto of_hidden = parameters.weights.block_of_rows(input_columns_, shape_.hidden);
  for (int gate = 0; gate < shape_.gates(); ++gate) {
    input_[static_cast<std::size_t>(gate)].pack(team, of_input.block_of_columns(gate * shape_.dim, shape_.dim));
    hidden_[static_cast<std::size_t>(gate)].pack(team, of_hidden.block_of_columns(gate * shape_.dim, shape_.dim));
  }
  if (shape_.projects()) projection_.pack(team, parameters.projection);
  if (purpose_ == Purpose::kTraining) {
    hidden_transposed_.pack_transposed(team, of_hidden);
    if (shape_.projects()) projection_transposed_.pack_transposed(team, parameters.projection);
  }
  if (team.rank() == 0) copy_bias(parameters.bias);
}

void PackedLayer::pack(parallel::Team& team, const Int8Layer& matrices, std::span<const float> bias) {
  assert(purpose_ == Purpose::kInference && matrices.input.values.columns == shape_.gates() * shape_.dim);
  for (int gate = 0; gate < shape_.gates(); ++gate) {
    input_[static_cast<std::size_t>(gate)].pack(team, matrices.input.block_of_columns(gate * shape_.dim, shape_.dim));
    hidden_[static_cast<std::size_t>(gate)].pack(team, matrices.hidden.block_of_columns(gate * shape_.dim, shape_.dim));
  }
  if (shape_.projects()) projection_.pack(team, matrices.projection);
  if (team.rank() == 0) copy_bias(bias);
}

void PackedLayer::copy_bias(std::span<const float> bias) {
  std::copy(bias.begin(), bias.end(), bias_.data());
  if (shape_.cell == Cell::kLstm)
    for (std::int64_t unit = 0; unit < shape_.dim; ++unit)
      bias_[static_cast<std::size_t>(2 * shape_.dim + unit)] += shape_.forget_bias;
}

std::size_t PackedLayer::bytes() const {
  std::size_t sum = projection_.bytes() + hidden_transposed_.bytes() + projection_transposed_.bytes();
  for (std::size_t gate = 0; gate < 4; ++gate) sum += input_[gate].bytes() + hidden_[gate].bytes();
  return sum;
}

PackedStack::PackedStack(const linalg::Compute& compute, const StackShape& shape, Purpose purpose)
    : compute_(compute), shape_(shape) {
  layers_.reserve(static_cast<std::size_t>(shape.n_layers));
  for (std::int64_t layer = 0; layer < shape.n_layers; ++layer) layers_.emplace_back(compute, shape, layer, purpose);
}

void PackedStack::pack(parallel::Team& team, std::span<const LayerParameters> parameters) {
  assert(parameters.size() == layers_.size());
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) layers_[layer].pack(team, parameters[layer]);
}

void PackedStack::pack(parallel::Team& team, std::span<const LayerParameters> parameters,
                       std::span<const Int8Layer> matrices) {
  assert(parameters.size() == layers_.size() && matrices.size() == layers_.size());
  for (std::size_t layer = 0; layer < layers_.size(); ++layer)
    layers_[layer].pack(team, matrices[layer], parameters[layer].bias);
}

std::size_t PackedStack::bytes() const {
  std::size_t sum = 0;
  for (const auto& layer : layers_) sum += layer.bytes();
  return sum;
}

}  // namespace wordkin::recurrent
