// One sampled window: its radius and the output rows of its centre word.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "word2vec/training_context.h"

namespace wordkin::word2vec {

struct SampledWindow {
  explicit SampledWindow(int max_outputs);

  int radius = 0;
  int outputs = 0;
  int max_repeats = 1;
  std::int64_t scores = 0;     // scores per input: outputs counted with their repeats
  std::vector<float*> rows;    // (outputs), plus the context row that enters the window, which is prefetched with them
  std::vector<float> signs;    // (outputs), plus 16 for full vector loads
  std::vector<float> repeats;  // likewise
};

// Sets the radius and the outputs for `centre` and the negative samples `noise`. All context words of a window share
// one set of negative samples: the pairs are those of the published algorithm, with fewer random draws (Ji et al. 2016,
// "Parallelizing Word2Vec in shared and distributed memory"). A sample that is drawn twice counts twice; a sample that
// equals the target is dropped, as in the published program.
void set_window(const TrainingContext& context, std::int32_t centre, std::span<const std::int32_t> noise,
                SampledWindow& window);

}  // namespace wordkin::word2vec
