#include "heads/dense.h"

#include <algorithm>

namespace wordkin::heads {
namespace {

using linalg::Accumulate;
using linalg::Transpose;
using memory::MatrixView;

void multiply_own_rows(const parallel::Team& team, MatrixView<float> c, MatrixView<const float> a,
                       const linalg::PackedMatrix& b, Accumulate accumulate, linalg::Scratch& scratch) {
  const parallel::Range own = team.share(c.rows);
  if (own.size() > 0)
    linalg::multiply_columns(team, c.block_of_rows(own.begin, own.size()), a.block_of_rows(own.begin, own.size()), b, 0,
                             accumulate, {}, scratch);
}

}  // namespace

PackedDense::PackedDense(const linalg::Compute& compute, Activation activation, std::int64_t inputs,
                         std::int64_t outputs, linalg::Purpose purpose)
    : activation_(activation),
      purpose_(purpose),
      weights_(compute, inputs, outputs),
      bias_(static_cast<std::size_t>(outputs)) {
  if (purpose == linalg::Purpose::kTraining) transposed_ = linalg::PackedMatrix(compute, outputs, inputs);
}

void PackedDense::pack(parallel::Team& team, const DenseTensors<const float>& tensors) {
  weights_.pack(team, tensors.weights);
  if (purpose_ == linalg::Purpose::kTraining) transposed_.pack_transposed(team, tensors.weights);
  if (team.rank() == 0) std::ranges::copy(tensors.bias, bias_.data());
}

void forward(parallel::Team& team, MatrixView<float> outputs, MatrixView<const float> inputs, const PackedDense& dense,
             linalg::Scratch& scratch) {
  multiply_own_rows(team, outputs, inputs, dense.weights(), Accumulate::kReplace, scratch);
  const parallel::Range own = team.share(outputs.rows);
  if (dense.activation() == Activation::kTanh) {
    if (own.size() == 0) return;
    float* const first = outputs.row(own.begin);
    dense.compute().kernels->tanh_forward(
        {first, outputs.pitch, dense.bias(), first, outputs.pitch, own.size(), outputs.columns});
    return;
  }
  for (std::int64_t row = own.begin; row < own.end; ++row) {
    float* const y = outputs.row(row);
    for (std::int64_t k = 0; k < outputs.columns; ++k) y[k] += dense.bias()[k];
  }
}

void backward(parallel::Team& team, const DenseTensors<float>& gradients, MatrixView<float> d_inputs,
              Accumulate accumulate, MatrixView<float> d_outputs, MatrixView<const float> outputs,
              MatrixView<const float> inputs, const PackedDense& dense, linalg::Scratch& scratch) {
  const parallel::Range own = team.share(d_outputs.rows);
  if (dense.activation() == Activation::kTanh) {
    for (std::int64_t row = own.begin; row < own.end; ++row) {
      float* const d = d_outputs.row(row);
      const float* const y = outputs.row(row);
      for (std::int64_t k = 0; k < d_outputs.columns; ++k) d[k] *= 1.0f - y[k] * y[k];
    }
  }
  if (!d_inputs.empty()) multiply_own_rows(team, d_inputs, d_outputs, dense.transposed(), accumulate, scratch);
  team.barrier();
  const parallel::Range columns = team.share(d_outputs.columns);
  std::fill(gradients.bias.begin() + columns.begin, gradients.bias.begin() + columns.end, 0.0f);
  for (std::int64_t row = 0; row < d_outputs.rows; ++row)
    for (std::int64_t k = columns.begin; k < columns.end; ++k)
      gradients.bias[static_cast<std::size_t>(k)] += d_outputs.row(row)[k];
  linalg::gemm(team, dense.compute(), gradients.weights, inputs, Transpose::kYes, d_outputs, Transpose::kNo,
               Accumulate::kReplace, scratch);
}

}  // namespace wordkin::heads
