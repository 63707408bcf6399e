#include "elmo/training_step.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "optim/adagrad.h"
#include "optim/adam.h"
#include "optim/clipping.h"

namespace wordkin::elmo {
namespace {

constexpr std::uint64_t kNegatives = 0x6E65676174697665ULL;  // separates these streams from other uses of the same seed

std::vector<std::span<const float>> read_only(const std::vector<std::span<float>>& spans) {
  return {spans.begin(), spans.end()};
}

recurrent::SequenceBatch batch_of(const TrainingOptions& training) {
  return {training.unroll_steps, training.batch_size};
}

// Number of elements of each dense gradient, 0 for row gradients.
std::vector<std::int64_t> dense_sizes(const std::vector<Parameter>& list, bool sampled) {
  std::vector<std::int64_t> sizes;
  for (const auto& parameter : list) {
    const bool is_dense = !parameter.rows_are_words || (parameter.part == Part::kSoftmax && !sampled);
    sizes.push_back(is_dense ? parameter.size() : 0);
  }
  return sizes;
}

template <typename Make>
auto for_both(const Make& make) {
  return std::array{make(), make()};
}

}  // namespace

TrainingStep::TrainingStep(const Options& options, const TrainingOptions& training, const kernels::KernelTable& kernels,
                           const TrainingArrays& arrays, std::size_t members, int rank)
    : options_(options),
      training_(training),
      rank_(rank),
      compute_{&kernels, training.precision},
      arrays_(arrays),
      list_(parameters_of(options)),
      dense_gradients_(dense_sizes(list_, TrainingLoss::samples(options, training))),
      weights_(tensors_of<const float>(options, read_only(arrays.weights))),
      gradients_(tensors_of<float>(options, dense_gradients_.spans())),
      tokens_(compute_, options, members, kDirections * batch_of(training).rows()),
      packed_(for_both(
          [&] { return recurrent::PackedStack(compute_, stack_shape(options), recurrent::Purpose::kTraining); })),
      stacks_(for_both([&] { return recurrent::StackTraining(stack_shape(options), batch_of(training)); })),
      loss_(compute_, options, training, batch_of(training).rows()),
      scratch_(members),
      inputs_(kDirections * batch_of(training).rows(), options.projection_dim),
      hidden_(kDirections * batch_of(training).rows(), options.projection_dim),
      d_hidden_(kDirections * batch_of(training).rows(), options.projection_dim),
      state_(options, training.batch_size),
      next_state_(options, training.batch_size) {
  parameters_ = gather_parameters([this](std::size_t parameter) { return row_gradients(parameter); });
}

std::vector<const optim::RowGradients*> TrainingStep::row_gradients(std::size_t parameter) {
  if (list_[parameter].part == Part::kTokens) return {&tokens_.row_gradient()};
  std::vector<const optim::RowGradients*> found;
  const float* const data = arrays_.weights[parameter].data();
  for (std::size_t direction = 0; direction < loss_.sampled().size(); ++direction) {
    const auto& softmax = weights_.softmax[direction];
    if (softmax.weights.data == data || softmax.bias.data() == data)
      found.push_back(&loss_.sampled()[direction].gradients());
  }
  return found;
}

std::vector<std::size_t> TrainingStep::sparse_parameters() const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < list_.size(); ++i) {
    if (!dense_gradients_.spans()[i].empty()) continue;
    if (list_[i].shape.size() == 1) continue;  // a bias belongs to the rows of the preceding weights
    const bool is_frozen = has_words(options_) && list_[i].part == Part::kTokens && !training_.train_words;
    if (!is_frozen) found.push_back(i);
  }
  return found;
}

template <typename RowsOf>
optim::ParameterSet TrainingStep::gather_parameters(const RowsOf& rows_of) const {
  optim::ParameterSet parameters;
  const auto& weights = arrays_.weights;
  const auto& states = arrays_.optimizer_state;
  for (std::size_t i = 0; i < list_.size(); ++i)
    if (!dense_gradients_.spans()[i].empty())
      parameters.add(optim::Dense{weights[i], dense_gradients_.spans()[i], states[i]});
  for (const std::size_t i : sparse_parameters()) {
    for (const optim::RowGradients* const rows : rows_of(i)) {
      if (rows->has_bias())
        parameters.add(optim::Sparse{weights[i], states[i], weights[i + 1], states[i + 1], rows});
      else
        parameters.add(optim::Sparse{weights[i], states[i], {}, {}, rows});
    }
  }
  return parameters;
}

void TrainingStep::prepare(const Window& window, double learning_rate, std::int64_t step, Update update) {
  window_ = window;
  learning_rate_ = learning_rate;
  step_ = step;
  update_ = update;
  outcome_ = {};
  next_state_.assign(state_);
  tokens_.prepare(window.types, window.inputs);
}

recurrent::Dropout TrainingStep::dropout(int direction) const {
  return {static_cast<float>(training_.dropout), training_.seed, static_cast<std::uint64_t>(step_),
          direction + kDirections * rank_};
}

void TrainingStep::end_part(const parallel::Team& team, StepPart part) {
  if (team.rank() != 0) return;
  const auto now = std::chrono::steady_clock::now();
  outcome_.seconds[static_cast<std::size_t>(part)] = std::chrono::duration<double>(now - part_began_).count();
  part_began_ = now;
}

bool TrainingStep::forward(parallel::Team& team) {
  tokens_.pack(team, weights_);
  for (std::size_t direction = 0; direction < packed_.size(); ++direction)
    packed_[direction].pack(team, weights_.layers[direction]);
  if (!team.barrier_and_check()) return false;
  end_part(team, StepPart::kPacking);
  if (!tokens_.forward(team, inputs_.view(), weights_, scratch_)) return false;
  end_part(team, StepPart::kTokensForward);
  team.split(kDirections, [&](int direction, parallel::Team& part) {
    const auto index = static_cast<std::size_t>(direction);
    const std::int64_t positions = window_.positions();
    // The result is that of barrier_and_check below: if one half of the team is cancelled, so is the whole team.
    static_cast<void>(stacks_[index].forward(part, packed_[index],
                                             hidden_.view().block_of_rows(direction * positions, positions),
                                             inputs_.view().block_of_rows(direction * positions, positions),
                                             next_state_.of(direction), dropout(direction), scratch_));
  });
  return team.barrier_and_check();
}

bool TrainingStep::backward(parallel::Team& team) {
  team.split(kDirections, [&](int direction, parallel::Team& part) {
    const auto index = static_cast<std::size_t>(direction);
    const std::int64_t positions = window_.positions();
    static_cast<void>(stacks_[index].backward(
        part, packed_[index], inputs_.view().block_of_rows(direction * positions, positions), gradients_.layers[index],
        d_hidden_.view().block_of_rows(direction * positions, positions), weights_.layers[index], scratch_));
  });
  if (!team.barrier_and_check()) return false;
  end_part(team, StepPart::kLayersBackward);
  return tokens_.backward(team, gradients_, inputs_.view(), weights_, scratch_);
}

void TrainingStep::update(const parallel::Team& team, const optim::ParameterSet& parameters, double scale) {
  if (training_.optimizer == Optimizer::kAdam)
    parameters.update(team, optim::Adam(*compute_.kernels, learning_rate_, step_, scale));
  else
    parameters.update(team, optim::Adagrad(*compute_.kernels, learning_rate_, scale));
}

void TrainingStep::run(parallel::Team& team) {
  const auto negatives_of = [&](std::uint64_t direction) {
    return random::Generator(training_.seed ^ kNegatives, static_cast<std::uint64_t>(step_) * kDirections + direction);
  };
  if (team.rank() == 0) part_began_ = std::chrono::steady_clock::now();
  if (!forward(team)) return;
  end_part(team, StepPart::kLayersForward);
  if (!loss_.run(team, d_hidden_.view(), hidden_.view(), gradients_, window_, weights_,
                 {negatives_of(0), negatives_of(1)}, scratch_))
    return;
  end_part(team, StepPart::kSoftmax);
  if (!backward(team)) return;
  end_part(team, StepPart::kTokensBackward);
  finish(team, parameters_);
}

void TrainingStep::finish(parallel::Team& team, optim::ParameterSet& parameters) {
  const double squared_norm = parameters.squared_norm(team, *compute_.kernels);
  const double scale = optim::clip_scale(squared_norm, training_.clip_norm);
  const bool finite =
      std::isfinite(squared_norm) && std::isfinite(loss_.mean_loss(0)) && std::isfinite(loss_.mean_loss(1));
  if (!team.barrier_and_check()) return;  // last check: from here on, weights change
  if (team.rank() == 0)
    outcome_ = {
        {loss_.mean_loss(0), loss_.mean_loss(1)}, std::sqrt(squared_norm), scale < 1.0, finite, true, outcome_.seconds};
  if (!finite || update_ == Update::kNo) return;
  update(team, parameters, scale);
  end_part(team, StepPart::kUpdate);
  if (team.rank() == 0) {
    state_.assign(next_state_);
    ++updates_;
  }
}

void TrainingStep::prepare_update(std::vector<optim::RowGradients> rows, double learning_rate) {
  combined_rows_ = std::move(rows);
  std::size_t next = 0;  // the parameters are visited in the order of sparse_parameters()
  combined_parameters_ = gather_parameters([&](std::size_t) { return std::array{&combined_rows_[next++]}; });
  learning_rate_ = learning_rate;
  update_ = Update::kYes;
  outcome_ = {};
}

void TrainingStep::run_update(parallel::Team& team) {
  if (team.rank() == 0) part_began_ = std::chrono::steady_clock::now();
  finish(team, combined_parameters_);
}

void TrainingStep::copy_gradient(std::span<float> gradient, std::size_t parameter) {
  if (!dense_gradients_.spans()[parameter].empty()) {
    std::ranges::copy(dense_gradients_.spans()[parameter], gradient.begin());
    return;
  }
  std::ranges::fill(gradient, 0.0f);
  const bool is_bias = list_[parameter].shape.size() == 1;
  for (const optim::RowGradients* const rows : row_gradients(parameter)) {
    for (std::int64_t row = 0; row < rows->count(); ++row) {
      const std::int64_t id = rows->ids()[row];
      if (id == optim::RowGradients::kMerged) continue;
      if (is_bias)
        gradient[static_cast<std::size_t>(id)] = rows->bias()[row];
      else
        std::copy_n(rows->row(row), rows->columns(), gradient.data() + id * rows->columns());
    }
  }
}

}  // namespace wordkin::elmo
