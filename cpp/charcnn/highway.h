// A highway layer, y = g relu(x Wt + bt) + (1 - g) x with g = sigmoid(x Wc + bc) (Srivastava et al. 2015), forward and
// backward. The official files call the gate's weights "carry".
#pragma once

#include <cstdint>

#include "charcnn/tensors.h"
#include "linalg/gemm.h"
#include "memory/aligned_buffer.h"
#include "memory/matrix_view.h"
#include "memory/row_buffer.h"
#include "parallel/team.h"

namespace wordkin::charcnn {

// Whether the weights are needed transposed as well.
enum class Passes { kForward, kForwardAndBackward };

// The weights as products read them.
struct HighwayWeights {
  HighwayWeights(const linalg::Compute& compute, std::int64_t width, Passes passes);

  // By all members of a team, with a barrier before the first use.
  void pack(parallel::Team& team, const HighwayTensors<const float>& tensors);

  Passes passes;
  linalg::PackedMatrix carry;
  linalg::PackedMatrix transform;
  linalg::PackedMatrix carry_transposed;
  linalg::PackedMatrix transform_transposed;
  memory::AlignedBuffer<float> carry_bias;  // padded, as the next
  memory::AlignedBuffer<float> transform_bias;
};

// What backward needs of forward, and where it puts the gradients of the gates: forward must run again behind it.
struct HighwaySaved {
  explicit HighwaySaved(std::int64_t width);
  void reserve(std::int64_t rows);

  memory::RowBuffer<float> inputs;
  memory::RowBuffer<float> gates;
  memory::RowBuffer<float> transforms;
  memory::AlignedBuffer<float> d_carry_bias;  // padded, as the next
  memory::AlignedBuffer<float> d_transform_bias;
};

// Both are called by all members of a team and end with a barrier; false when the work was cancelled. What they read
// was written before a barrier. All matrices have padded rows of one pitch (RowBuffer).

// outputs: OUT (rows, width), may be the inputs. gates, transforms: OUT. inputs: IN.
[[nodiscard]] bool forward(parallel::Team& team, memory::MatrixView<float> outputs, memory::MatrixView<float> gates,
                           memory::MatrixView<float> transforms, memory::MatrixView<const float> inputs,
                           const HighwayWeights& weights, linalg::Scratch& scratch);

// d: INOUT (rows, width) gradient of the outputs, then of the inputs.
[[nodiscard]] bool backward(parallel::Team& team, const HighwayTensors<float>& gradients, memory::MatrixView<float> d,
                            HighwaySaved& saved, const HighwayWeights& weights, linalg::Scratch& scratch);

}  // namespace wordkin::charcnn
