#include "word2vec/window.h"

#include <algorithm>

namespace wordkin::word2vec {
namespace {

void add_path(const TrainingContext& context, std::int32_t centre, SampledWindow& window) {
  const auto path = context.tree()->path(centre);
  for (std::size_t i = 0; i < path.nodes.size(); ++i) {
    window.rows[i] = context.parameters().nodes.row(path.nodes[i]);
    window.signs[i] = path.signs[i];
    window.repeats[i] = 1.0f;
  }
  window.outputs = static_cast<int>(path.nodes.size());
  window.scores = static_cast<std::int64_t>(path.nodes.size());
}

// Adds an output row, or repeats if it is among those from `first` on.
void add_output(float* row, float sign, int times, int first, SampledWindow& window) {
  int index = first;
  while (index < window.outputs && window.rows[index] != row) ++index;
  if (index == window.outputs) {
    window.rows[index] = row;
    window.signs[index] = sign;
    window.repeats[index] = static_cast<float>(times);
    ++window.outputs;
    if (times == 1) return;
  } else {
    window.repeats[index] += static_cast<float>(times);
  }
  window.max_repeats = std::max(window.max_repeats, static_cast<int>(window.repeats[index]));
}

// The common case of add_targets_and_noise.
void add_target_and_noise(const TrainingContext& context, std::int32_t target, std::span<const std::int32_t> noise,
                          SampledWindow& window) {
  const auto& output = context.parameters().output;
  add_output(output.row(target), 1.0f, 1, window.outputs, window);
  ++window.scores;
  const int first_noise = window.outputs;
  for (const std::int32_t word : noise) {
    if (word == target) continue;
    ++window.scores;
    add_output(output.row(word), -1.0f, 1, first_noise, window);
  }
}

void add_targets_and_noise(const TrainingContext& context, std::span<const std::int32_t> targets,
                           std::span<const std::int32_t> noise, SampledWindow& window) {
  const auto& output = context.parameters().output;
  const int first_target = window.outputs;
  window.scores += static_cast<std::int64_t>(targets.size());
  const bool concatenates = context.concatenates();
  for (const std::int32_t target : targets)  // each is with one of the concatenated rows, others with all inputs
    add_output(output.row(target), 1.0f, 1, concatenates ? window.outputs : first_target, window);
  const int first_noise = window.outputs;
  for (const std::int32_t word : noise) {
    const auto others = std::ranges::count_if(targets, [&](std::int32_t target) { return target != word; });
    if (others == 0 || (concatenates && others < std::ssize(targets))) continue;
    window.scores += others;
    add_output(output.row(word), -1.0f, concatenates ? 1 : static_cast<int>(others), first_noise, window);
  }
}

}  // namespace

SampledWindow::SampledWindow(int max_outputs)
    : rows(static_cast<std::size_t>(max_outputs) + kMaxEntering),
      signs(static_cast<std::size_t>(max_outputs) + 16),
      repeats(static_cast<std::size_t>(max_outputs) + 16) {}

void set_window(const TrainingContext& context, std::span<const std::int32_t> targets,
                std::span<const std::int32_t> noise, SampledWindow& window) {
  window.outputs = 0;
  window.scores = 0;
  window.max_repeats = 1;
  window.targets = static_cast<int>(targets.size());
  if (context.tree() != nullptr) add_path(context, targets.front(), window);
  if (context.sampler() != nullptr) {
    if (targets.size() == 1)
      add_target_and_noise(context, targets.front(), noise, window);
    else
      add_targets_and_noise(context, targets, noise, window);
  }
  window.prefetches = window.outputs;
}

}  // namespace wordkin::word2vec
