// A highway layer, y = g relu(x Wt + bt) + (1 - g) x with g = sigmoid(x Wc + bc) (Srivastava et al. 2015), forward and
// backward. The official files call the weights of the gate "carry".
#pragma once

#include <cstdint>

#include "charcnn/tensors.h"
#include "linalg/gemm.h"
#include "memory/aligned_buffer.h"
#include "memory/matrix_view.h"
#include "memory/row_buffer.h"
#include "parallel/team.h"

namespace wordkin::charcnn {

// Whether the transposed weights are needed as well.
enum class Passes { kForward, kForwardAndBackward };

// The weights, packed for matrix products.
struct HighwayWeights {
  HighwayWeights(const linalg::Compute& compute, std::int64_t width, Passes passes);

  // Called by all members of a team; a barrier is required before the first use.
  void pack(parallel::Team& team, const HighwayTensors<const float>& tensors);

  Passes passes;
  linalg::PackedMatrix carry;
  linalg::PackedMatrix transform;
  linalg::PackedMatrix carry_transposed;
  linalg::PackedMatrix transform_transposed;
  memory::AlignedBuffer<float> carry_bias;  // padded, as is transform_bias
  memory::AlignedBuffer<float> transform_bias;
};

// The values that forward saves for backward. Backward overwrites it with the gradients of the gates, so it can be used
// only once.
struct HighwaySaved {
  explicit HighwaySaved(std::int64_t width);
  void reserve(std::int64_t rows);

  memory::RowBuffer<float> inputs;
  memory::RowBuffer<float> gates;
  memory::RowBuffer<float> transforms;
  memory::AlignedBuffer<float> d_carry_bias;  // padded, as is d_transform_bias
  memory::AlignedBuffer<float> d_transform_bias;
};

// Both functions are called by all members of a team, end with a barrier and return false if the work was cancelled.
// Their inputs must be complete before a barrier. All matrices have padded rows with the same pitch (RowBuffer).

// outputs: OUT (rows, width), may alias the inputs. gates, transforms: OUT. inputs: IN.
[[nodiscard]] bool forward(parallel::Team& team, memory::MatrixView<float> outputs, memory::MatrixView<float> gates,
                           memory::MatrixView<float> transforms, memory::MatrixView<const float> inputs,
                           const HighwayWeights& weights, linalg::Scratch& scratch);

// d: INOUT (rows, width), the gradient of the outputs on entry and of the inputs on return.
[[nodiscard]] bool backward(parallel::Team& team, const HighwayTensors<float>& gradients, memory::MatrixView<float> d,
                            HighwaySaved& saved, const HighwayWeights& weights, linalg::Scratch& scratch);

}  // namespace wordkin::charcnn
