// A forward pass of sentences with a backward pass, for fine-tuning in another task.
//
// Computes the gradients of any function of the vectors of all layers, for every tensor of the token layer and the
// recurrent layers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "elmo/carried_state.h"
#include "elmo/options.h"
#include "elmo/parameters.h"
#include "elmo/sentence_batch.h"
#include "elmo/token_layer.h"
#include "linalg/gemm.h"
#include "memory/matrix_view.h"
#include "memory/padded_matrix.h"
#include "parallel/team.h"
#include "recurrent/direction_stack.h"

namespace wordkin::elmo {

class ForwardPass {
 public:
  // For a region of `members` members. weights, batch and types are borrowed; weights must not change between
  // forward and backward. ids: (tokens) types, or rows of `embedding`.
  ForwardPass(const linalg::Compute& compute, const Options& options, const Tensors<const float>& weights,
              const SentenceBatch& batch, const TokenTypes& types, std::span<const std::int32_t> ids,
              std::size_t members);

  // The initial state of the sentences (zeros by default) and, after forward, their final state: row k belongs to row k
  // of the batch. No gradient flows into it.
  [[nodiscard]] CarriedState& state() { return state_; }

  // Called by every member of a region; returns false if the work was cancelled. layers: OUT (tokens, 2 P) for the
  // token vectors and every layer, in the order of the text.
  [[nodiscard]] bool forward(parallel::Team& team, std::span<const memory::MatrixView<float>> layers);
  // May be called once. gradients: OUT, except for the softmax and for the matrix of row_gradient(). d_layers: IN, in
  // the layout of `layers`.
  [[nodiscard]] bool backward(parallel::Team& team, const Tensors<float>& gradients,
                              std::span<const memory::MatrixView<const float>> d_layers);
  [[nodiscard]] optim::RowGradients& row_gradient() { return tokens_.row_gradient(); }

 private:
  struct Direction {
    Direction(const linalg::Compute& compute, const Options& options, const SentenceBatch& batch);

    recurrent::PackedStack weights;
    recurrent::StackTraining stack;
    memory::PaddedMatrix top;                    // the output of the last layer, then its gradient
    std::vector<memory::PaddedMatrix> d_inputs;  // additional gradients of the input of each layer
    std::vector<memory::MatrixView<const float>> d_views;
  };

  [[nodiscard]] memory::MatrixView<float> inputs_of(int direction);
  // Copies rows between the order of a direction and its half of the columns in the order of the text.
  void write_half(const parallel::Team& team, int direction, memory::MatrixView<float> text,
                  memory::MatrixView<const float> rows) const;
  void read_half(const parallel::Team& team, int direction, memory::MatrixView<float> rows,
                 memory::MatrixView<const float> text) const;

  const Tensors<const float> weights_;
  const SentenceBatch* batch_;
  std::vector<std::int32_t> ids_;  // of both directions, in the order in which each direction reads
  TokenLayer tokens_;
  std::vector<Direction> directions_;
  memory::PaddedMatrix inputs_;  // (tokens of both directions, P), then their gradients
  CarriedState state_;
  linalg::Scratch scratch_;
};

}  // namespace wordkin::elmo
