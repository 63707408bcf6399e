// Contextual vectors of sentences: from all layers of both directions, or from the lowest ones.
//
// The vectors of a sentence are bit-identical regardless of the other sentences, of its position in the batch and of
// the number of threads, because every product and every gate is computed row by row in a fixed order.
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

// Scratch memory of one call, allocated before its region begins.
class InferencePass {
 public:
  // For a region of `members` members. Runs the lowest n_layers layers of each direction.
  InferencePass(const LanguageModel& model, const SentenceBatch& batch, std::int64_t n_layers, std::size_t members);

  // The initial state of the sentences (zeros by default) and, after run, their final state: row k belongs to row k of
  // the batch.
  [[nodiscard]] CarriedState& state() { return state_; }

  // The input of each direction: (tokens) rows of the vectors, in the order of the text.
  using Ids = std::array<std::span<const std::int32_t>, kDirections>;

  // layers: OUT (tokens, 2 P) for the token vectors and each layer that is run, in the order of the text; the forward
  // direction is the first half of the columns. vectors: IN (types, P). Called by every member; returns false if the
  // work was cancelled.
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
    std::vector<memory::MatrixView<float>> views;  // views of `outputs`
  };

  const LanguageModel* model_;
  const SentenceBatch* batch_;
  std::vector<Direction> directions_;
  CarriedState state_;
  linalg::Scratch scratch_;
};

}  // namespace wordkin::elmo
