// The affine map from the width of the filters to that of token vectors, forward and backward.
#pragma once

#include <cstdint>
#include <vector>

#include "charcnn/highway.h"
#include "charcnn/tensors.h"
#include "linalg/gemm.h"
#include "memory/matrix_view.h"
#include "parallel/team.h"

namespace wordkin::charcnn {

struct ProjectionWeights {
  ProjectionWeights(const linalg::Compute& compute, std::int64_t width, std::int64_t outputs, Passes passes);

  // By all members of a team, with a barrier before the first use.
  void pack(parallel::Team& team, const ProjectionTensors<const float>& tensors);

  Passes passes;
  linalg::PackedMatrix weights;
  linalg::PackedMatrix transposed;
  std::vector<float> bias;
};

// Both are called by all members of a team and end with a barrier; what they read was written before one.

// outputs: OUT (rows, P). inputs: IN (rows, width).
void forward(parallel::Team& team, memory::MatrixView<float> outputs, memory::MatrixView<const float> inputs,
             const ProjectionWeights& weights, linalg::Scratch& scratch);

// d_inputs: OUT (rows, width). d_outputs: IN (rows, P). inputs: IN as in forward.
void backward(parallel::Team& team, const ProjectionTensors<float>& gradients, memory::MatrixView<float> d_inputs,
              memory::MatrixView<const float> d_outputs, memory::MatrixView<const float> inputs,
              const ProjectionWeights& weights, linalg::Scratch& scratch);

}  // namespace wordkin::charcnn
