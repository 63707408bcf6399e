// One recurrent layer over time, forward and backward. The team divides each step by units: a member computes the
// products, gates and state of the same columns throughout. Members synchronise twice per step, before they read what
// the others have computed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "linalg/scratch.h"
#include "memory/matrix_view.h"
#include "memory/padded_matrix.h"
#include "parallel/team.h"
#include "recurrent/packed_layer.h"
#include "recurrent/sequence_batch.h"
#include "recurrent/stack_shape.h"
#include "recurrent/tensors.h"

namespace wordkin::recurrent {

// The state of each row of a batch, INOUT: the final state of the previous batch on entry, of this batch on return.
// Rows that are not active keep their state. No gradient flows into it.
struct LayerState {
  memory::MatrixView<float> h;  // (at least width, hidden)
  memory::MatrixView<float> c;  // (at least width, dim); empty for the simple cell
};

// The values that forward saves for backward. Backward overwrites them: the gates with the gradients of the sums, and
// the cells with the outputs of the cells, which forward does not store.
struct LayerSaved {
  LayerSaved(const StackShape& shape, std::int64_t layer, const SequenceBatch& batch);
  void resize(const SequenceBatch& batch);

  memory::PaddedMatrix inputs;     // (rows, input + hidden): x and the previous h, concatenated as in the weights
  memory::PaddedMatrix gates;      // (rows, gates * dim) i, j, f, o; for the simple cell its output
  memory::PaddedMatrix cells;      // (width + rows, dim): the initial c of the batch, then the c of each row
  memory::PaddedMatrix unclipped;  // (rows, hidden) the output of the projection; only if it is clipped

  [[nodiscard]] memory::MatrixView<float> x();  // (rows, input); written by the caller before forward
  [[nodiscard]] std::size_t bytes() const;

 private:
  std::int64_t input_columns_;
  bool keeps_unclipped_;
};

// Scratch memory of a step, allocated once for layers and batches of at most this size.
struct LayerScratch {
  LayerScratch(const StackShape& shape, const SequenceBatch& batch, Purpose purpose);
  void resize(const SequenceBatch& batch);

  memory::PaddedMatrix gates;     // inference: the sums of several steps
  memory::PaddedMatrix outputs;   // (width, dim) outputs of the cells of a step; in backward their gradients
  memory::PaddedMatrix d_cells;   // (width, dim)
  memory::PaddedMatrix d_before;  // (width, hidden): gradient of the previous h
  memory::PaddedMatrix d_hidden;  // (rows, hidden): gradient of the output of the projection

  [[nodiscard]] std::size_t bytes() const;

 private:
  Purpose purpose_;
};

// Replaces the input of a layer if rows that read the same word have the same input: the products of the input weights
// with each word, and the word of each row.
struct WordSums {
  memory::MatrixView<const float> sums;  // (words, gates * dim)
  std::span<const std::int32_t> words;   // (rows)
};

// The arguments of a layer that are the same for every member of a team.
struct LayerCall {
  const StackShape& shape;
  std::int64_t layer;
  const PackedLayer& weights;
  const SequenceBatch& batch;
  LayerScratch& scratch;
  linalg::Scratch& products;
};

// output: OUT (rows, hidden) h, plus x if the shape has skip connections; must not overlap x. saved: null for
// inference, in which case x may be any matrix; otherwise x is saved->x(). Returns false to all members if the work was
// cancelled. The caller needs a barrier before the call if several members wrote x, and after the call before output is
// read.
[[nodiscard]] bool forward(parallel::Team& team, const LayerCall& call, memory::MatrixView<float> output,
                           memory::MatrixView<const float> x, const LayerState& state, LayerSaved* saved);

// Inference from precomputed sums, with the same result.
[[nodiscard]] bool forward(parallel::Team& team, const LayerCall& call, memory::MatrixView<float> output,
                           const WordSums& word_sums, const LayerState& state);

// sums: OUT (rows, gates * dim) products of x with the input weights. Each member writes the columns of its units.
void multiply_inputs(parallel::Team& team, const StackShape& shape, const PackedLayer& weights,
                     memory::MatrixView<float> sums, memory::MatrixView<const float> x, linalg::Scratch& products);

// d_output: IN (rows, hidden). d_x: OUT (rows, input), may alias d_output if the input of the layer has `hidden`
// columns. gradients: OUT. Barriers are as for forward.
[[nodiscard]] bool backward(parallel::Team& team, const LayerCall& call, memory::MatrixView<float> d_x,
                            const LayerGradients& gradients, memory::MatrixView<const float> d_output,
                            const LayerParameters& parameters, LayerSaved& saved);

}  // namespace wordkin::recurrent
