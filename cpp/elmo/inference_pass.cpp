#include "elmo/inference_pass.h"

#include <algorithm>

namespace wordkin::elmo {

InferencePass::Direction::Direction(const LanguageModel& model, const SentenceBatch& batch, std::int64_t n_layers)
    : stack(stack_shape(model.options()), batch.sequences()), input(batch.tokens(), model.options().projection_dim) {
  for (std::int64_t layer = 0; layer < n_layers; ++layer)
    views.push_back(outputs.emplace_back(batch.tokens(), model.options().projection_dim).view());
}

InferencePass::InferencePass(const LanguageModel& model, const SentenceBatch& batch, std::int64_t n_layers,
                             std::size_t members)
    : model_(&model), batch_(&batch), state_(model.options(), batch.sentences()), scratch_(members) {
  for (int direction = 0; direction < kDirections; ++direction) directions_.emplace_back(model, batch, n_layers);
}

bool InferencePass::run_direction(parallel::Team& team, int direction,
                                  std::span<const memory::MatrixView<float>> layers,
                                  memory::MatrixView<const float> vectors, std::span<const std::int32_t> ids) {
  auto& own = directions_[static_cast<std::size_t>(direction)];
  const auto tokens = batch_->tokens_of(direction);
  const auto input = own.input.view();
  const parallel::Range rows = team.share(batch_->tokens());
  for (std::int64_t row = rows.begin; row < rows.end; ++row) {
    const auto token = static_cast<std::size_t>(tokens[static_cast<std::size_t>(row)]);
    std::copy_n(vectors.row(ids[token]), input.columns, input.row(row));
  }
  team.barrier();
  if (!own.stack.forward(team, model_->stack(direction), batch_->sequences(), own.views, input, state_.of(direction),
                         scratch_))
    return false;
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    const memory::MatrixView<const float> values = layer == 0 ? input : own.views[layer - 1];
    for (std::int64_t row = rows.begin; row < rows.end; ++row)
      std::copy_n(values.row(row), values.columns,
                  layers[layer].row(tokens[static_cast<std::size_t>(row)]) + direction * values.columns);
  }
  return true;
}

bool InferencePass::run(parallel::Team& team, std::span<const memory::MatrixView<float>> layers,
                        memory::MatrixView<const float> vectors, const Ids& ids) {
  team.split(kDirections, [&](int direction, parallel::Team& part) {
    const auto own = ids[static_cast<std::size_t>(direction)];
    // The barrier_and_check below returns the same.
    static_cast<void>(run_direction(part, direction, layers, vectors, own));
  });
  return team.barrier_and_check();
}

}  // namespace wordkin::elmo
