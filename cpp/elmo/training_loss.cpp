#include "elmo/training_loss.h"

namespace wordkin::elmo {
namespace {

softmax::OutputLayer output_layer(const Tensors<const float>& weights, int direction) {
  const auto& own = weights.softmax[static_cast<std::size_t>(direction)];
  return {own.weights, own.bias};
}

// The weight of the sum of losses in steps * (mean forward + mean backward) / 2.
float gradient_scale(const Window& window) { return 0.5f / static_cast<float>(window.batch); }

}  // namespace

TrainingLoss::TrainingLoss(const linalg::Compute& compute, const Options& options, const TrainingOptions& training,
                           std::int64_t positions)
    : shared_(options.shared_softmax) {
  const std::int64_t words = options.n_tokens_vocab, columns = options.projection_dim;
  if (samples(options, training)) {
    for (int direction = 0; direction < kDirections; ++direction)
      sampled_.emplace_back(compute, words, columns, positions, training.negatives);
  } else if (shared_) {
    full_.emplace_back(compute, words, columns, kDirections * positions);
  } else {
    for (int direction = 0; direction < kDirections; ++direction)
      full_.emplace_back(compute, words, columns, positions);
  }
}

void TrainingLoss::run_direction(parallel::Team& team, int direction, memory::MatrixView<float> d_hidden,
                                 memory::MatrixView<const float> hidden, const Tensors<float>& gradients,
                                 const Window& window, const Tensors<const float>& weights,
                                 const random::Generator& generator, linalg::Scratch& scratch) {
  const auto index = static_cast<std::size_t>(direction);
  const std::int64_t first = direction * window.positions();
  const auto d_own = d_hidden.block_of_rows(first, window.positions());
  const softmax::Positions positions{hidden.block_of_rows(first, window.positions()), window.targets_of(direction)};
  const softmax::OutputLayer layer = output_layer(weights, direction);
  const float scale = gradient_scale(window);
  double loss = 0.0;
  if (!sampled_.empty()) {
    loss = sampled_[index].run(team, d_own, positions, layer, generator, scale, scratch);
  } else {
    const auto& own = gradients.softmax[index];
    loss = full_[index].run(team, {d_own, own.weights, own.bias}, positions, layer, scale, scratch);
  }
  if (team.rank() == 0) mean_losses_[index] = loss / static_cast<double>(window.positions());
}

void TrainingLoss::run_both(parallel::Team& team, memory::MatrixView<float> d_hidden,
                            memory::MatrixView<const float> hidden, const Tensors<float>& gradients,
                            const Window& window, const Tensors<const float>& weights, linalg::Scratch& scratch) {
  auto& full = full_.front();
  const auto& own = gradients.softmax.front();
  full.run(team, {d_hidden, own.weights, own.bias}, {hidden, window.targets}, output_layer(weights, 0),
           gradient_scale(window), scratch);
  if (team.rank() > 0) return;
  for (int direction = 0; direction < kDirections; ++direction)
    mean_losses_[static_cast<std::size_t>(direction)] =
        full.loss(direction * window.positions(), window.positions()) / static_cast<double>(window.positions());
}

bool TrainingLoss::run(parallel::Team& team, memory::MatrixView<float> d_hidden, memory::MatrixView<const float> hidden,
                       const Tensors<float>& gradients, const Window& window, const Tensors<const float>& weights,
                       const std::array<random::Generator, kDirections>& generators, linalg::Scratch& scratch) {
  if (sampled_.empty() && shared_) {
    run_both(team, d_hidden, hidden, gradients, window, weights, scratch);
    return team.barrier_and_check();
  }
  team.split(kDirections, [&](int direction, parallel::Team& part) {
    run_direction(part, direction, d_hidden, hidden, gradients, window, weights,
                  generators[static_cast<std::size_t>(direction)], scratch);
  });
  if (!team.barrier_and_check()) return false;
  if (sampled_.empty() || !shared_) return true;
  optim::merge_shared_rows(team, sampled_[0].gradients(), sampled_[1].gradients());
  return team.barrier_and_check();
}

}  // namespace wordkin::elmo
