// A dense layer, y = x W + b or y = tanh(x W + b), forward and backward. The team divides the rows among its members.
#pragma once

#include <cstdint>
#include <span>

#include "linalg/gemm.h"
#include "memory/aligned_buffer.h"
#include "memory/matrix_view.h"
#include "parallel/team.h"

namespace wordkin::heads {

enum class Activation { kNone, kTanh };

template <typename T>
struct DenseTensors {
  memory::MatrixView<T> weights;  // (inputs, outputs)
  std::span<T> bias;              // (outputs)
};

// The weights, packed for matrix products.
class PackedDense {
 public:
  PackedDense() = default;
  PackedDense(const linalg::Compute& compute, Activation activation, std::int64_t inputs, std::int64_t outputs,
              linalg::Purpose purpose);

  // Called by all members of a team; a barrier is required before the first use.
  void pack(parallel::Team& team, const DenseTensors<const float>& tensors);

  [[nodiscard]] const linalg::Compute& compute() const { return weights_.compute(); }
  [[nodiscard]] Activation activation() const { return activation_; }
  [[nodiscard]] const linalg::PackedMatrix& weights() const { return weights_; }
  [[nodiscard]] const linalg::PackedMatrix& transposed() const { return transposed_; }
  [[nodiscard]] const float* bias() const { return bias_.data(); }

 private:
  Activation activation_ = Activation::kNone;
  linalg::Purpose purpose_ = linalg::Purpose::kTraining;
  linalg::PackedMatrix weights_;
  linalg::PackedMatrix transposed_;
  memory::AlignedBuffer<float> bias_;
};

// outputs: OUT (rows, outputs). inputs: IN (rows, inputs). Each member reads and writes only its share of the rows,
// team.share(rows), without barriers.
void forward(parallel::Team& team, memory::MatrixView<float> outputs, memory::MatrixView<const float> inputs,
             const PackedDense& dense, linalg::Scratch& scratch);

// gradients: OUT. d_inputs: (rows, inputs), OUT or, with Accumulate::kAdd, INOUT; empty if it is not needed. d_outputs:
// INOUT (rows, outputs), unspecified afterwards; each row must be written by the member that owns it or before a
// barrier. outputs, inputs: IN as in forward. Called by every member; contains a barrier, and another one is required
// afterwards.
void backward(parallel::Team& team, const DenseTensors<float>& gradients, memory::MatrixView<float> d_inputs,
              linalg::Accumulate accumulate, memory::MatrixView<float> d_outputs,
              memory::MatrixView<const float> outputs, memory::MatrixView<const float> inputs, const PackedDense& dense,
              linalg::Scratch& scratch);

}  // namespace wordkin::heads
