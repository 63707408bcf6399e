// A stack of recurrent layers for one direction. All memory is allocated by the constructor, before a region begins.
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

// Forward and backward passes over successive batches.
class StackTraining {
 public:
  StackTraining(const StackShape& shape, const SequenceBatch& batch);
  // Changes the shape of the batches; called before a region begins. Capacity only grows.
  void resize(const SequenceBatch& batch);

  // output: OUT (rows, hidden) of the top layer, with dropout. input: IN (rows, input). states: INOUT, one per layer.
  // Called by all members of the team. Ends with a barrier; if several members wrote the input, a barrier is required
  // before the call. Returns false to all members if the work was cancelled; the states are then unspecified.
  [[nodiscard]] bool forward(parallel::Team& team, const PackedStack& weights, memory::MatrixView<float> output,
                             memory::MatrixView<const float> input, std::span<const LayerState> states,
                             const Dropout& dropout, linalg::Scratch& products);

  // Between forward and backward: the input of a layer, with dropout; from the second layer on, the output of the layer
  // below.
  [[nodiscard]] memory::MatrixView<const float> input_of(std::int64_t layer) {
    return saved_[static_cast<std::size_t>(layer)].x();
  }

  // Backward pass of the preceding forward pass; may be called once. gradients: OUT, one per layer. d_input: OUT (rows,
  // input), or empty if it is not needed. d_output: INOUT (rows, hidden), unspecified afterwards. parameters: those
  // that were packed. d_layer_inputs: for each layer an additional gradient of its input (before dropout), or empty.
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

// Forward passes only, for batches up to the size given to the constructor.
class StackInference {
 public:
  StackInference(const StackShape& shape, const SequenceBatch& largest);
  void resize(const SequenceBatch& largest) { scratch_.resize(largest); }  // as StackTraining::resize

  // outputs: OUT (rows, hidden) of each layer; as many layers are run as there are outputs. Barriers are as for
  // training.
  [[nodiscard]] bool forward(parallel::Team& team, const PackedStack& weights, const SequenceBatch& batch,
                             std::span<const memory::MatrixView<float>> outputs, memory::MatrixView<const float> input,
                             std::span<const LayerState> states, linalg::Scratch& products);
  // The same result from precomputed sums of the first layer. The first layer must not add its input to its output.
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
