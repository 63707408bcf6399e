#include "recurrent/direction_stack.h"

#include <cassert>

#include "linalg/own_rows.h"

namespace wordkin::recurrent {
namespace {

using memory::MatrixView;
using parallel::Team;

void add_own_rows(const Team& team, MatrixView<float> to, MatrixView<const float> from) {
  const auto own = team.share(from.rows);
  for (std::int64_t row = own.begin; row < own.end; ++row)
    for (std::int64_t column = 0; column < from.columns; ++column) to.row(row)[column] += from.row(row)[column];
}

}  // namespace

StackTraining::StackTraining(const StackShape& shape, const SequenceBatch& batch)
    : shape_(shape), batch_(batch), scratch_(shape, batch, Purpose::kTraining) {
  saved_.reserve(static_cast<std::size_t>(shape.n_layers));
  for (std::int64_t layer = 0; layer < shape.n_layers; ++layer) saved_.emplace_back(shape, layer, batch);
}

void StackTraining::resize(const SequenceBatch& batch) {
  batch_ = batch;
  for (auto& saved : saved_) saved.resize(batch);
  scratch_.resize(batch);
}

bool StackTraining::forward(Team& team, const PackedStack& weights, MatrixView<float> output,
                            MatrixView<const float> input, std::span<const LayerState> states, const Dropout& dropout,
                            linalg::Scratch& products) {
  assert(input.rows == batch_.rows() && output.rows == batch_.rows() && states.size() == saved_.size());
  if (team.rank() == 0) dropout_ = dropout;
  linalg::copy_own_rows(team, saved_.front().x(), input);
  for (std::int64_t layer = 0; layer < shape_.n_layers; ++layer) {
    auto& saved = saved_[static_cast<std::size_t>(layer)];
    drop_own_rows(team, saved.x(), dropout, layer);
    team.barrier();
    const bool top = layer + 1 == shape_.n_layers;
    const LayerCall call{shape_, layer, weights.layer(layer), batch_, scratch_, products};
    if (!recurrent::forward(team, call, top ? output : saved_[static_cast<std::size_t>(layer + 1)].x(), saved.x(),
                            states[static_cast<std::size_t>(layer)], &saved))
      return false;
    team.barrier();
  }
  drop_own_rows(team, output, dropout, shape_.n_layers);
  team.barrier();
  return true;
}

bool StackTraining::backward(Team& team, const PackedStack& weights, MatrixView<float> d_input,
                             std::span<const LayerGradients> gradients, MatrixView<float> d_output,
                             std::span<const LayerParameters> parameters, linalg::Scratch& products,
                             std::span<const MatrixView<const float>> d_layer_inputs) {
  assert(d_output.rows == batch_.rows() && gradients.size() == saved_.size());
  assert(d_layer_inputs.empty() || d_layer_inputs.size() == saved_.size());
  drop_own_rows(team, d_output, dropout_, shape_.n_layers);
  for (std::int64_t layer = shape_.n_layers - 1; layer >= 0; --layer) {
    team.barrier();
    const auto index = static_cast<std::size_t>(layer);
    const auto d_x = layer == 0 ? d_input : d_output;
    const LayerCall call{shape_, layer, weights.layer(layer), batch_, scratch_, products};
    if (!recurrent::backward(team, call, d_x, gradients[index], d_output, parameters[index], saved_[index]))
      return false;
    team.barrier();
    if (d_x.empty()) continue;
    drop_own_rows(team, d_x, dropout_, layer);
    if (!d_layer_inputs.empty()) add_own_rows(team, d_x, d_layer_inputs[index]);
  }
  team.barrier();
  return true;
}

std::size_t StackTraining::bytes() const {
  std::size_t sum = scratch_.bytes();
  for (const auto& saved : saved_) sum += saved.bytes();
  return sum;
}

StackInference::StackInference(const StackShape& shape, const SequenceBatch& largest)
    : scratch_(shape, largest, Purpose::kInference) {}

bool StackInference::forward(Team& team, const PackedStack& weights, const SequenceBatch& batch,
                             std::span<const MatrixView<float>> outputs, MatrixView<const float> input,
                             std::span<const LayerState> states, linalg::Scratch& products) {
  return forward_above(team, weights, batch, outputs, 0, input, states, products);
}

bool StackInference::forward(Team& team, const PackedStack& weights, const SequenceBatch& batch,
                             std::span<const MatrixView<float>> outputs, const WordSums& word_sums,
                             std::span<const LayerState> states, linalg::Scratch& products) {
  const LayerCall call{weights.shape(), 0, weights.layer(0), batch, scratch_, products};
  if (!recurrent::forward(team, call, outputs[0], word_sums, states[0])) return false;
  team.barrier();
  return forward_above(team, weights, batch, outputs, 1, outputs[0], states, products);
}

bool StackInference::forward_above(Team& team, const PackedStack& weights, const SequenceBatch& batch,
                                   std::span<const MatrixView<float>> outputs, std::size_t layer,
                                   MatrixView<const float> input, std::span<const LayerState> states,
                                   linalg::Scratch& products) {
  for (auto x = input; layer < outputs.size(); x = outputs[layer++]) {
    const auto number = static_cast<std::int64_t>(layer);
    const LayerCall call{weights.shape(), number, weights.layer(number), batch, scratch_, products};
    if (!recurrent::forward(team, call, outputs[layer], x, states[layer], nullptr)) return false;
    team.barrier();
  }
  return true;
}

}  // namespace wordkin::recurrent
