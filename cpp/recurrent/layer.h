// One layer over time, forward and backward. A team shares each step by units: a member's products, gates and state are
// of the same columns, and members meet twice a step, where the whole of what the others computed is read.
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

// The state of each row of a batch, INOUT: what the sequence before ended with, then what this one ends with. Rows that
// are not active keep theirs, and no gradient reaches it.
struct LayerState {
  memory::MatrixView<float> h;  // (at least width, hidden)
  memory::MatrixView<float> c;  // (at least width, dim); empty for the plain cell
};

// What backward reads. It is used up there: the gradients of the sums take the place of the gates, and the cells'
// outputs, which forward does not keep, that of the cells.
struct LayerSaved {
  LayerSaved(const StackShape& shape, std::int64_t layer, const SequenceBatch& batch);
  void resize(const SequenceBatch& batch);

  memory::PaddedMatrix inputs;     // (rows, input + hidden): x beside the h before, as the weights take them
  memory::PaddedMatrix gates;      // (rows, gates * dim) i, j, f, o; of the plain cell its output
  memory::PaddedMatrix cells;      // (width + rows, dim): the c that the batch began with, then the c of each row
  memory::PaddedMatrix unclipped;  // (rows, hidden) what the projection gave; where it is clipped only

  [[nodiscard]] memory::MatrixView<float> x();  // (rows, input): a caller writes it before forward
  [[nodiscard]] std::size_t bytes() const;

 private:
  std::int64_t input_columns_;
  bool keeps_unclipped_;
};

// Room for the steps under way: made once for layers and batches of at most this size.
struct LayerScratch {
  LayerScratch(const StackShape& shape, const SequenceBatch& batch, Purpose purpose);
  void resize(const SequenceBatch& batch);

  memory::PaddedMatrix gates;     // inference: the sums of some steps
  memory::PaddedMatrix outputs;   // (width, dim) of a step's cells; backward: their gradients
  memory::PaddedMatrix d_cells;   // (width, dim)
  memory::PaddedMatrix d_before;  // (width, hidden): gradient of the h before
  memory::PaddedMatrix d_hidden;  // (rows, hidden): gradient of what the projection gave

  [[nodiscard]] std::size_t bytes() const;

 private:
  Purpose purpose_;
};

// In place of the layer's input, where rows that read the same word have the same: what the input's weights make of
// each word, and the word of each row.
struct WordSums {
  memory::MatrixView<const float> sums;  // (words, gates * dim)
  std::span<const std::int32_t> words;   // (rows)
};

// What a layer works with: every member of a team has the same.
struct LayerCall {
  const StackShape& shape;
  std::int64_t layer;
  const PackedLayer& weights;
  const SequenceBatch& batch;
  LayerScratch& scratch;
  linalg::Scratch& products;
};

// output: OUT (rows, hidden) h, plus x where the shape says so; must not overlap x. saved: null for inference, where x
// may be anywhere; otherwise x is saved->x(). Returns false, to all members, when the work was cancelled. The caller
// sets a barrier before, if x was written by several members, and behind, before output is read.
[[nodiscard]] bool forward(parallel::Team& team, const LayerCall& call, memory::MatrixView<float> output,
                           memory::MatrixView<const float> x, const LayerState& state, LayerSaved* saved);

// The same floats from sums that are there already, for inference.
[[nodiscard]] bool forward(parallel::Team& team, const LayerCall& call, memory::MatrixView<float> output,
                           const WordSums& word_sums, const LayerState& state);

// sums: OUT (rows, gates * dim) what the input's weights make of x. Every member writes the columns of its units.
void multiply_inputs(parallel::Team& team, const StackShape& shape, const PackedLayer& weights,
                     memory::MatrixView<float> sums, memory::MatrixView<const float> x, linalg::Scratch& products);

// d_output: IN (rows, hidden). d_x: OUT (rows, input), may be d_output where the layer's input is `hidden` wide.
// gradients: OUT. Barriers as for forward.
[[nodiscard]] bool backward(parallel::Team& team, const LayerCall& call, memory::MatrixView<float> d_x,
                            const LayerGradients& gradients, memory::MatrixView<const float> d_output,
                            const LayerParameters& parameters, LayerSaved& saved);

}  // namespace wordkin::recurrent
