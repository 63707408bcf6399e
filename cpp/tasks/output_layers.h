// The layers from the vector of a text or token to its scores: an optional tanh layer and a dense layer.
#pragma once

#include <cstdint>

#include "heads/dense.h"
#include "linalg/gemm.h"
#include "memory/matrix_view.h"
#include "memory/row_buffer.h"
#include "parallel/team.h"
#include "recurrent/dropout.h"
#include "tasks/options.h"
#include "tasks/parameters.h"

namespace wordkin::tasks {

class OutputLayers {
 public:
  OutputLayers(const linalg::Compute& compute, const Options& options);

  void prepare(std::int64_t rows);  // reserves memory before the region begins

  // The following methods are called by every member. A barrier is required after pack, and before and after the
  // others.
  void pack(parallel::Team& team, const Tensors<const float>& weights);
  // scores: OUT (rows, outputs). inputs: IN. dropout: applied after the tanh layer, with the layer number `layer`.
  void forward(parallel::Team& team, memory::MatrixView<float> scores, memory::MatrixView<const float> inputs,
               const recurrent::Dropout& dropout, std::int64_t layer, linalg::Scratch& scratch);
  // gradients: OUT. d_inputs: OUT. d_scores: INOUT, unspecified afterwards.
  void backward(parallel::Team& team, const Tensors<float>& gradients, memory::MatrixView<float> d_inputs,
                memory::MatrixView<float> d_scores, memory::MatrixView<const float> scores,
                memory::MatrixView<const float> inputs, const recurrent::Dropout& dropout, std::int64_t layer,
                linalg::Scratch& scratch);

 private:
  bool has_dense_;
  heads::PackedDense dense_;
  heads::PackedDense output_;
  memory::RowBuffer<float> tanh_;     // (rows, dense_dim)
  memory::RowBuffer<float> dropped_;  // the same after dropout
  memory::RowBuffer<float> d_;
};

}  // namespace wordkin::tasks
