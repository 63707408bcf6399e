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

void add_target_and_noise(const TrainingContext& context, std::int32_t centre, std::span<const std::int32_t> noise,
                          SampledWindow& window) {
  const auto& output = context.parameters().output;
  const int first = window.outputs;
  const auto add_output = [&](std::int32_t word, float sign) {
    window.rows[window.outputs] = output.row(word);
    window.signs[window.outputs] = sign;
    window.repeats[window.outputs] = 1.0f;
    ++window.outputs;
  };
  add_output(centre, 1.0f);
  ++window.scores;
  for (const std::int32_t word : noise) {
    if (word == centre) continue;
    ++window.scores;
    float* row = output.row(word);
    int index = first + 1;
    while (index < window.outputs && window.rows[index] != row) ++index;
    if (index < window.outputs) {
      window.repeats[index] += 1.0f;
      window.max_repeats = std::max(window.max_repeats, static_cast<int>(window.repeats[index]));
    } else {
      add_output(word, -1.0f);
    }
  }
}

}  // namespace

SampledWindow::SampledWindow(int max_outputs)
    : rows(static_cast<std::size_t>(max_outputs) + kMaxEntering),
      signs(static_cast<std::size_t>(max_outputs) + 16),
      repeats(static_cast<std::size_t>(max_outputs) + 16) {}

void set_window(const TrainingContext& context, std::int32_t centre, std::span<const std::int32_t> noise,
                SampledWindow& window) {
  window.outputs = 0;
  window.scores = 0;
  window.max_repeats = 1;
  if (context.tree() != nullptr) add_path(context, centre, window);
  if (context.sampler() != nullptr) add_target_and_noise(context, centre, noise, window);
  window.prefetches = window.outputs;
}

}  // namespace wordkin::word2vec
