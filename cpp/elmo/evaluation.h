// Evaluates a language model on windows of text streams as in training, but with the full softmax and without dropout.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "elmo/carried_state.h"
#include "elmo/language_model.h"
#include "elmo/window.h"
#include "linalg/scratch.h"
#include "memory/matrix_view.h"
#include "memory/padded_matrix.h"
#include "parallel/team.h"
#include "recurrent/direction_stack.h"
#include "softmax/vocabulary_scores.h"

namespace wordkin::elmo {

// Scratch memory for windows of one size, allocated before a region begins.
class Evaluation {
 public:
  Evaluation(const LanguageModel& model, std::int64_t steps, std::int64_t batch, std::size_t members);

  [[nodiscard]] bool fits(std::int64_t steps, std::int64_t batch, std::size_t members) const {
    return steps == batch_.steps() && batch == batch_.width() && members == members_;
  }

  // The recurrent state of the streams starts with zeros and is carried from window to window in this object; it is
  // unspecified after a cancelled run. log_probabilities: OUT (2, steps, batch) of the targets. vectors: IN (types, P);
  // the inputs of the window are rows of it. Called by every member; returns false if the work was cancelled.
  [[nodiscard]] bool run(parallel::Team& team, std::span<double> log_probabilities, const Window& window,
                         memory::MatrixView<const float> vectors);

 private:
  [[nodiscard]] bool run_stack(parallel::Team& team, int direction, const Window& window,
                               memory::MatrixView<const float> vectors);

  struct Direction {
    Direction(const LanguageModel& model, const recurrent::SequenceBatch& batch);

    recurrent::StackInference stack;
    memory::PaddedMatrix input;
    memory::PaddedMatrix odd, even;  // outputs of alternating layers
    std::vector<memory::MatrixView<float>> outputs;
  };

  const LanguageModel* model_;
  recurrent::SequenceBatch batch_;
  std::vector<Direction> directions_;
  softmax::VocabularyScores scores_;
  CarriedState state_;
  std::size_t members_;
  linalg::Scratch scratch_;
};

// The negated sum of the log probabilities whose entry in `counts` is true.
double negative_log_likelihood(std::span<const double> log_probabilities, std::span<const bool> counts);

}  // namespace wordkin::elmo
