#include "word2vec/window.h"

#include <algorithm>

namespace wordkin::word2vec {
namespace {

void add_path(const Objective& objective, std::int32_t centre, DrawnWindow& window) {
  const auto path = objective.tree()->path(centre);
  for (std::size_t i = 0; i < path.nodes.size(); ++i) {
    window.rows[i] = objective.parameters().nodes.row(path.nodes[i]);
    window.signs[i] = path.signs[i];
    window.repeats[i] = 1.0f;
  }
  window.outputs = static_cast<int>(path.nodes.size());
  window.terms = static_cast<std::int64_t>(path.nodes.size());
}

void add_target_and_noise(const Objective& objective, std::int32_t centre, std::span<const std::int32_t> noise,
                          DrawnWindow& window) {
  const auto& output = objective.parameters().output;
  const int first = window.outputs;
  const auto put = [&](std::int32_t word, float sign) {
    window.rows[window.outputs] = output.row(word);
    window.signs[window.outputs] = sign;
    window.repeats[window.outputs] = 1.0f;
    ++window.outputs;
  };
  put(centre, 1.0f);
  ++window.terms;
  for (const std::int32_t word : noise) {
    if (word == centre) continue;
    ++window.terms;
    float* row = output.row(word);
    int place = first + 1;
    while (place < window.outputs && window.rows[place] != row) ++place;
    if (place < window.outputs) {
      window.repeats[place] += 1.0f;
      window.most_repeats = std::max(window.most_repeats, static_cast<int>(window.repeats[place]));
    } else {
      put(word, -1.0f);
    }
  }
}

}  // namespace

DrawnWindow::DrawnWindow(int most_outputs)
    : rows(static_cast<std::size_t>(most_outputs) + 1),
      signs(static_cast<std::size_t>(most_outputs) + 16),
      repeats(static_cast<std::size_t>(most_outputs) + 16) {}

void set_window(const Objective& objective, std::int32_t centre, std::span<const std::int32_t> noise,
                DrawnWindow& window) {
  window.outputs = 0;
  window.terms = 0;
  window.most_repeats = 1;
  if (objective.tree() != nullptr) add_path(objective, centre, window);
  if (objective.sampler() != nullptr) add_target_and_noise(objective, centre, noise, window);
}

}  // namespace wordkin::word2vec
