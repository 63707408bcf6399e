// The layers from the vector of a text or token to its scores: an optional tanh layer and a dense layer.
#pragma once

#include <cstdint>

#include "linalg/scratch.h"
#include "memory/matrix_view.h"
#include "memory/row_buffer.h"
#include "parallel/team.h"
#include "recurrent/dropout.h"
#include "tasks/options.h"
#include "tasks/packed_weights.h"
#include "tasks/parameters.h"

namespace wordkin::tasks {

class OutputLayers {
 public:
  explicit OutputLayers(const Options& options);

  void prepare(std::int64_t rows);  // reserves memory before the region begins

  // The following methods are called by every member; a barrier is required before and after them.
  //
  // scores: OUT (rows, outputs). inputs: IN. dropout: applied after the tanh layer, with the layer number `layer`.
  void forward(parallel::Team& team, const PackedWeights& packed, memory::MatrixView<float> scores,
               memory::MatrixView<const float> inputs, const recurrent::Dropout& dropout, std::int64_t layer,
               linalg::Scratch& scratch);
  // gradients: OUT. d_inputs: OUT. d_scores: INOUT, unspecified afterwards.
  void backward(parallel::Team& team, const PackedWeights& packed, const Tensors<float>& gradients,
                memory::MatrixView<float> d_inputs, memory::MatrixView<float> d_scores,
                memory::MatrixView<const float> scores, memory::MatrixView<const float> inputs,
                const recurrent::Dropout& dropout, std::int64_t layer, linalg::Scratch& scratch);

 private:
  bool has_dense_;
  memory::RowBuffer<float> tanh_;     // (rows, dense_dim)
  memory::RowBuffer<float> dropped_;  // the same after dropout
  memory::RowBuffer<float> d_;
};

}  // namespace wordkin::tasks
