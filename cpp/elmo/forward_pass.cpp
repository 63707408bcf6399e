#include "elmo/forward_pass.h"

#include <algorithm>

namespace wordkin::elmo {

ForwardPass::Direction::Direction(const linalg::Compute& compute, const Options& options, const SentenceBatch& batch)
    : weights(compute, stack_shape(options), recurrent::Purpose::kTraining),
      stack(stack_shape(options), batch.sequences()),
      top(batch.tokens(), options.projection_dim) {
  for (std::int64_t layer = 0; layer < options.n_layers; ++layer)
    d_views.emplace_back(d_inputs.emplace_back(batch.tokens(), options.projection_dim).view());
}

ForwardPass::ForwardPass(const linalg::Compute& compute, const Options& options, const Tensors<const float>& weights,
                         const SentenceBatch& batch, const TokenTypes& types, std::span<const std::int32_t> ids,
                         std::size_t members)
    : weights_(weights),
      batch_(&batch),
      tokens_(compute, options, members, kDirections * batch.tokens()),
      inputs_(kDirections * batch.tokens(), options.projection_dim),
      state_(options, batch.sentences()),
      scratch_(members) {
  for (int direction = 0; direction < kDirections; ++direction) {
    directions_.emplace_back(compute, options, batch);
    for (const std::int64_t token : batch.tokens_of(direction)) ids_.push_back(ids[static_cast<std::size_t>(token)]);
  }
  tokens_.prepare(types, ids_);
}

memory::MatrixView<float> ForwardPass::inputs_of(int direction) {
  return inputs_.view().block_of_rows(direction * batch_->tokens(), batch_->tokens());
}

void ForwardPass::write_half(const parallel::Team& team, int direction, memory::MatrixView<float> text,
                             memory::MatrixView<const float> rows) const {
  const auto tokens = batch_->tokens_of(direction);
  const parallel::Range own = team.share(rows.rows);
  for (std::int64_t row = own.begin; row < own.end; ++row)
    std::copy_n(rows.row(row), rows.columns,
                text.row(tokens[static_cast<std::size_t>(row)]) + direction * rows.columns);
}

void ForwardPass::read_half(const parallel::Team& team, int direction, memory::MatrixView<float> rows,
                            memory::MatrixView<const float> text) const {
  const auto tokens = batch_->tokens_of(direction);
  const parallel::Range own = team.share(rows.rows);
  for (std::int64_t row = own.begin; row < own.end; ++row)
    std::copy_n(text.row(tokens[static_cast<std::size_t>(row)]) + direction * rows.columns, rows.columns,
                rows.row(row));
}

bool ForwardPass::forward(parallel::Team& team, std::span<const memory::MatrixView<float>> layers) {
  tokens_.pack(team, weights_);
  for (std::size_t direction = 0; direction < directions_.size(); ++direction)
    directions_[direction].weights.pack(team, weights_.layers[direction]);
  if (!team.barrier_and_check() || !tokens_.forward(team, inputs_.view(), weights_, scratch_)) return false;
  team.split(kDirections, [&](int direction, parallel::Team& part) {
    auto& own = directions_[static_cast<std::size_t>(direction)];
    const auto input = inputs_of(direction);
    if (!own.stack.forward(part, own.weights, own.top.view(), input, state_.of(direction), {}, scratch_)) return;
    for (std::size_t layer = 0; layer + 1 < layers.size(); ++layer)
      write_half(part, direction, layers[layer], own.stack.input_of(static_cast<std::int64_t>(layer)));
    write_half(part, direction, layers.back(), own.top.view());
  });
  return team.barrier_and_check();
}

bool ForwardPass::backward(parallel::Team& team, const Tensors<float>& gradients,
                           std::span<const memory::MatrixView<const float>> d_layers) {
  team.split(kDirections, [&](int direction, parallel::Team& part) {
    const auto index = static_cast<std::size_t>(direction);
    auto& own = directions_[index];
    for (std::size_t layer = 0; layer < own.d_inputs.size(); ++layer)
      read_half(part, direction, own.d_inputs[layer].view(), d_layers[layer]);
    read_half(part, direction, own.top.view(), d_layers.back());
    part.barrier();
    static_cast<void>(own.stack.backward(part, own.weights, inputs_of(direction), gradients.layers[index],
                                         own.top.view(), weights_.layers[index], scratch_, own.d_views));
  });
  return team.barrier_and_check() && tokens_.backward(team, gradients, inputs_.view(), weights_, scratch_);
}

}  // namespace wordkin::elmo
