// A stack of recurrent layers of one direction. Everything is allocated when an object is made, before a team begins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "linalg/scratch.h"
#include "memory/matrix_view.h"
#include "parallel/team.h"
#include "recurrent/dropout.h"
#include "recurrent/layer.h"
#include "recurrent/packed_layer.h"
#include "recurrent/sequence_batch.h"
#include "recurrent/stack_shape.h"
#include "recurrent/tensors.h"

namespace wordkin::recurrent {

// Forward and backward over one batch after the other.
class StackTraining {
 public:
  StackTraining(const StackShape& shape, const SequenceBatch& batch);
  // For batches of another shape, before a team begins: room is kept and only grows.
  void resize(const SequenceBatch& batch);

  // output: OUT (rows, hidden) of the top layer, with dropout. input: IN (rows, input). states: INOUT, one a layer.
  // All members of the team call it; a barrier stands at its end and, if several members wrote the input, must stand
  // before. False, to all members, when the work was cancelled: states are then worthless.
  [[nodiscard]] bool forward(parallel::Team& team, const PackedStack& weights, memory::MatrixView<float> output,
                             memory::MatrixView<const float> input, std::span<const LayerState> states,
                             const Dropout& dropout, linalg::Scratch& products);

  // Between forward and backward: what a layer read, with dropout; from the second on the output of the one below.
  [[nodiscard]] memory::MatrixView<const float> input_of(std::int64_t layer) {
    return saved_[static_cast<std::size_t>(layer)].x();
  }

  // Of the forward pass before it, once. gradients: OUT, one a layer. d_input: OUT (rows, input), or empty if nobody
  // asks for it. d_output: INOUT (rows, hidden), worthless afterwards. parameters: those that were packed.
  // d_layer_inputs: for each layer the gradient that its input (before dropout) gets from outside the stack, or
  // nothing.
  [[nodiscard]] bool backward(parallel::Team& team, const PackedStack& weights, memory::MatrixView<float> d_input,
                              std::span<const LayerGradients> gradients, memory::MatrixView<float> d_output,
                              std::span<const LayerParameters> parameters, linalg::Scratch& products,
                              std::span<const memory::MatrixView<const float>> d_layer_inputs = {});

  [[nodiscard]] const SequenceBatch& batch() const { return batch_; }
  [[nodiscard]] std::size_t bytes() const;

 private:
  StackShape shape_;
  SequenceBatch batch_;
  Dropout dropout_;
  std::vector<LayerSaved> saved_;
  LayerScratch scratch_;
};

// Forward alone, for any batch of at most the size that it was made for.
class StackInference {
 public:
  StackInference(const StackShape& shape, const SequenceBatch& largest);
  void resize(const SequenceBatch& largest) { scratch_.resize(largest); }  // as of training

  // outputs: OUT (rows, hidden) of each layer; as many layers are run as there are outputs. Barriers as in training.
  [[nodiscard]] bool forward(parallel::Team& team, const PackedStack& weights, const SequenceBatch& batch,
                             std::span<const memory::MatrixView<float>> outputs, memory::MatrixView<const float> input,
                             std::span<const LayerState> states, linalg::Scratch& products);
  // The same floats where the first layer's sums are there already; of a stack whose first layer adds no input.
  [[nodiscard]] bool forward(parallel::Team& team, const PackedStack& weights, const SequenceBatch& batch,
                             std::span<const memory::MatrixView<float>> outputs, const WordSums& word_sums,
                             std::span<const LayerState> states, linalg::Scratch& products);

  [[nodiscard]] std::size_t bytes() const { return scratch_.bytes(); }

 private:
  [[nodiscard]] bool forward_above(parallel::Team& team, const PackedStack& weights, const SequenceBatch& batch,
                                   std::span<const memory::MatrixView<float>> outputs, std::size_t layer,
                                   memory::MatrixView<const float> input, std::span<const LayerState> states,
                                   linalg::Scratch& products);

  LayerScratch scratch_;
};

}  // namespace wordkin::recurrent
