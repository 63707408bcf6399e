// Contextual vectors of sentences: all layers of both directions, or the lowest of them.
//
// A sentence's vectors are the same floats whatever else is in its batch, wherever it stands and however many threads
// there are: every product and every gate is computed row by row in one order.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "elmo/carried_state.h"
#include "elmo/language_model.h"
#include "elmo/sentence_batch.h"
#include "linalg/scratch.h"
#include "memory/matrix_view.h"
#include "memory/padded_matrix.h"
#include "parallel/team.h"
#include "recurrent/direction_stack.h"

namespace wordkin::elmo {

// The working memory of one call, made before its region begins.
class InferencePass {
 public:
  // For a region of `members`. Runs the lowest n_layers layers of each direction.
  InferencePass(const LanguageModel& model, const SentenceBatch& batch, std::int64_t n_layers, std::size_t members);

  // What the sentences begin with, zeros at first, and end with: row k is that of the batch's row k.
  [[nodiscard]] CarriedState& state() { return state_; }

  // What each direction reads: (tokens) rows of the vectors, in the order of the text.
  using Ids = std::array<std::span<const std::int32_t>, kDirections>;

  // layers: OUT (tokens, 2 P) for the token vectors and each layer that is run, in the order of the text, the forward
  // direction in the first half of the columns. vectors: IN (types, P). Called by every member; when false, the work
  // was cancelled.
  [[nodiscard]] bool run(parallel::Team& team, std::span<const memory::MatrixView<float>> layers,
                         memory::MatrixView<const float> vectors, const Ids& ids);

 private:
  [[nodiscard]] bool run_direction(parallel::Team& team, int direction,
                                   std::span<const memory::MatrixView<float>> layers,
                                   memory::MatrixView<const float> vectors, std::span<const std::int32_t> ids);

  struct Direction {
    Direction(const LanguageModel& model, const SentenceBatch& batch, std::int64_t n_layers);

    recurrent::StackInference stack;
    memory::PaddedMatrix input;
    std::vector<memory::PaddedMatrix> outputs;
    std::vector<memory::MatrixView<float>> views;  // of outputs
  };

  const LanguageModel* model_;
  const SentenceBatch* batch_;
  std::vector<Direction> directions_;
  CarriedState state_;
  linalg::Scratch scratch_;
};

}  // namespace wordkin::elmo
