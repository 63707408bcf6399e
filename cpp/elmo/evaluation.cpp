#include "elmo/evaluation.h"

#include <algorithm>
#include <cassert>

namespace wordkin::elmo {

Evaluation::Direction::Direction(const LanguageModel& model, const recurrent::SequenceBatch& batch)
    : stack(stack_shape(model.options()), batch),
      input(batch.rows(), model.options().projection_dim),
      odd(batch.rows(), model.options().projection_dim),
      even(batch.rows(), model.options().projection_dim) {
  for (std::int64_t layer = 0; layer < model.options().n_layers; ++layer)
    outputs.push_back((layer % 2 == 1 ? odd : even).view());
}

Evaluation::Evaluation(const LanguageModel& model, std::int64_t steps, std::int64_t batch, std::size_t members)
    : model_(&model),
      batch_(steps, batch),
      scores_(model.softmax_compute(), model.options().n_tokens_vocab, model.options().projection_dim, steps * batch,
              softmax::VocabularyScores::Keep::kNothing),
      state_(model.options(), batch),
      members_(members),
      scratch_(members) {
  for (int direction = 0; direction < kDirections; ++direction) directions_.emplace_back(model, batch_);
}

bool Evaluation::run_stack(parallel::Team& team, int direction, const Window& window,
                           memory::MatrixView<const float> vectors) {
  auto& own = directions_[static_cast<std::size_t>(direction)];
  const auto ids = window.inputs_of(direction);
  const auto input = own.input.view();
  const parallel::Range rows = team.share(batch_.rows());
  for (std::int64_t row = rows.begin; row < rows.end; ++row)
    std::copy_n(vectors.row(ids[static_cast<std::size_t>(row)]), input.columns, input.row(row));
  team.barrier();
  return own.stack.forward(team, model_->stack(direction), batch_, own.outputs, input, state_.of(direction), scratch_);
}

bool Evaluation::run(parallel::Team& team, std::span<double> log_probabilities, const Window& window,
                     memory::MatrixView<const float> vectors) {
  team.split(kDirections, [&](int direction, parallel::Team& part) {
    static_cast<void>(run_stack(part, direction, window, vectors));  // barrier_and_check below returns the same
  });
  if (!team.barrier_and_check()) return false;
  for (int direction = 0; direction < kDirections; ++direction) {
    const auto& own = directions_[static_cast<std::size_t>(direction)];
    const softmax::Positions positions{own.outputs.back(), window.targets_of(direction)};
    if (!scores_.pass(team, positions, model_->output_layer(direction), scratch_)) return false;
    team.barrier();
    const parallel::Range rows = team.share(batch_.rows());
    for (std::int64_t row = rows.begin; row < rows.end; ++row)
      log_probabilities[static_cast<std::size_t>(direction * batch_.rows() + row)] =
          scores_.log_probability_of_target(row);
    if (!team.barrier_and_check()) return false;
  }
  return true;
}

double negative_log_likelihood(std::span<const double> log_probabilities, std::span<const bool> counts) {
  assert(log_probabilities.size() == counts.size());
  double sum = 0.0;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i]) sum -= log_probabilities[i];
  return sum;
}

}  // namespace wordkin::elmo
