// Word vectors beside the characters in the token layer: each word type also has a row of `word_embed`, which is
// projected and added to the vector of its characters. (The projection of both together is one matrix in the models of
// ELMoForManyLangs; its rows for the word vectors are `CNN_proj/W_word` here.)
//
// The rows are projected once per distinct word of a window, which is exact, and cheaper than once per type: all types
// outside the vocabulary share a row.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "elmo/options.h"
#include "elmo/parameters.h"
#include "linalg/gemm.h"
#include "memory/matrix_view.h"
#include "memory/row_buffer.h"
#include "optim/row_gradients.h"
#include "optim/row_positions.h"
#include "parallel/team.h"

namespace wordkin::elmo {

class WordInput {
 public:
  // For windows of at most `positions` positions in both directions together.
  WordInput(const linalg::Compute& compute, const Options& options, std::int64_t positions);

  // Reserves memory before the region begins. word_of_type: (types) rows of word_embed. types: (positions) their types.
  void prepare(std::span<const std::int32_t> word_of_type, std::span<const std::int32_t> types);

  // The following methods are called by every member of a team.
  void pack(parallel::Team& team, const WordTensors<const float>& weights);  // requires a barrier afterwards
  // Computes the projected rows; ends with a barrier.
  void forward(parallel::Team& team, const WordTensors<const float>& weights, linalg::Scratch& scratch);
  // After forward: adds the projected row of a position to `input` (P).
  void add(float* input, std::int64_t position);
  // d_inputs: IN (positions, P), complete before a barrier. Writes the gradient of the projection and gradient(); ends
  // with a barrier and returns false if the work was cancelled.
  [[nodiscard]] bool backward(parallel::Team& team, const WordTensors<float>& gradients,
                              memory::MatrixView<const float> d_inputs, linalg::Scratch& scratch);

  [[nodiscard]] optim::RowGradients& gradient() { return gradient_; }

 private:
  linalg::Compute compute_;
  linalg::PackedMatrix projection_;
  linalg::PackedMatrix transposed_;
  optim::RowPositions positions_;
  std::vector<std::int32_t> row_of_position_;
  memory::RowBuffer<float> rows_;       // of the distinct words
  memory::RowBuffer<float> projected_;  // and projected, then their gradients
  optim::RowGradients gradient_;
};

}  // namespace wordkin::elmo
