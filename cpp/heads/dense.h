// A dense layer, y = x W + b or y = tanh(x W + b), forward and backward. A team shares the rows.
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

// The weights as products read them.
class PackedDense {
 public:
  PackedDense() = default;
  PackedDense(const linalg::Compute& compute, Activation activation, std::int64_t inputs, std::int64_t outputs);

  // By all members of a team, with a barrier before the first use.
  void pack(parallel::Team& team, const DenseTensors<const float>& tensors);

  [[nodiscard]] const linalg::Compute& compute() const { return weights_.compute(); }
  [[nodiscard]] Activation activation() const { return activation_; }
  [[nodiscard]] const linalg::PackedMatrix& weights() const { return weights_; }
  [[nodiscard]] const linalg::PackedMatrix& transposed() const { return transposed_; }
  [[nodiscard]] const float* bias() const { return bias_.data(); }

 private:
  Activation activation_ = Activation::kNone;
  linalg::PackedMatrix weights_;
  linalg::PackedMatrix transposed_;
  memory::AlignedBuffer<float> bias_;
};

// outputs: OUT (rows, outputs). inputs: IN (rows, inputs). Every member reads and writes its share of the rows only,
// team.share(rows): no barrier within.
void forward(parallel::Team& team, memory::MatrixView<float> outputs, memory::MatrixView<const float> inputs,
             const PackedDense& dense, linalg::Scratch& scratch);

// gradients: OUT. d_inputs: OUT, or INOUT where it is added to, (rows, inputs); empty if nobody asks for it. d_outputs:
// INOUT (rows, outputs), worthless afterwards, written by the member whose share a row is or before a barrier.
// outputs, inputs: IN as in forward. Every member calls it; a barrier stands within, and must behind.
void backward(parallel::Team& team, const DenseTensors<float>& gradients, memory::MatrixView<float> d_inputs,
              linalg::Accumulate accumulate, memory::MatrixView<float> d_outputs,
              memory::MatrixView<const float> outputs, memory::MatrixView<const float> inputs, const PackedDense& dense,
              linalg::Scratch& scratch);

}  // namespace wordkin::heads
