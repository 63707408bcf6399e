// One sampled window: its radius and the output rows of its centre word.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "word2vec/training_context.h"

namespace wordkin::word2vec {

struct SampledWindow {
  // Rows of the entering word that are prefetched; those of very long words do not fit the cache.
  static constexpr int kMaxEntering = 64;

  explicit SampledWindow(int max_outputs);

  void prefetch(float* row) {
    rows[static_cast<std::size_t>(prefetches)] = row;
    ++prefetches;
  }

  int radius = 0;
  int targets = 0;
  int outputs = 0;
  int max_repeats = 1;
  std::int64_t scores = 0;     // scores per input: outputs counted with their repeats
  int prefetches = 0;          // rows that are prefetched: the outputs, and those of the word that enters the window
  std::vector<float*> rows;    // (prefetches)
  std::vector<float> signs;    // (outputs), plus 16 for full vector loads
  std::vector<float> repeats;  // likewise
};

// Sets the outputs for the words `targets`, of which there is one but for targets_per_window(), and the negative
// samples `noise`. All context words and targets of a window share one set of negative samples: the pairs are those of
// the published algorithm, with fewer random draws (Ji et al. 2016, "Parallelizing Word2Vec in shared and distributed
// memory"). A sample that is drawn twice counts twice; a sample that equals the target is dropped, as in the published
// program. With several targets, a row may occur as a target and as a sample of the others; if inputs are concatenated,
// each target has a separate row, and a sample that equals one of them is dropped.
void set_window(const TrainingContext& context, std::span<const std::int32_t> targets,
                std::span<const std::int32_t> noise, SampledWindow& window);

}  // namespace wordkin::word2vec
