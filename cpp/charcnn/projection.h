// The affine projection from the filters to the token vectors, forward and backward.
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

  // Called by all members of a team; a barrier is required before the first use.
  void pack(parallel::Team& team, const ProjectionTensors<const float>& tensors);

  Passes passes;
  linalg::PackedMatrix weights;
  linalg::PackedMatrix transposed;
  std::vector<float> bias;
};

// Both functions are called by all members of a team and end with a barrier; their inputs must be complete before a
// barrier.

// outputs: OUT (rows, P). inputs: IN (rows, width).
void forward(parallel::Team& team, memory::MatrixView<float> outputs, memory::MatrixView<const float> inputs,
             const ProjectionWeights& weights, linalg::Scratch& scratch);

// d_inputs: OUT (rows, width). d_outputs: IN (rows, P). inputs: IN as in forward.
void backward(parallel::Team& team, const ProjectionTensors<float>& gradients, memory::MatrixView<float> d_inputs,
              memory::MatrixView<const float> d_outputs, memory::MatrixView<const float> inputs,
              const ProjectionWeights& weights, linalg::Scratch& scratch);

}  // namespace wordkin::charcnn
