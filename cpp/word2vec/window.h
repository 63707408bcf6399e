// One window as drawn: how far it reaches, and the output rows of its centre word.
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
  std::int64_t scores = 0;     // scores that each input takes part in: outputs with their repeats
  std::vector<float*> rows;    // (outputs), one more place for the context row that the window brings in, to be fetched
  std::vector<float> signs;    // (outputs), 16 more for the kernels' whole loads
  std::vector<float> repeats;  // likewise
};

// Sets reach and outputs for `centre` and its drawn `noise` words. All context words of a window share one set of noise
// words: pairs are what the published algorithm trains, draws are fewer (Ji et al. 2016, "Parallelizing Word2Vec in
// shared and distributed memory"). A noise word drawn twice counts twice; one that equals the target is dropped, as in
// the published program.
void set_window(const TrainingContext& context, std::int32_t centre, std::span<const std::int32_t> noise,
                SampledWindow& window);

}  // namespace wordkin::word2vec
