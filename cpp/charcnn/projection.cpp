#include "charcnn/projection.h"

#include <algorithm>

namespace wordkin::charcnn {

using linalg::Accumulate;
using linalg::Transpose;

ProjectionWeights::ProjectionWeights(const linalg::Compute& compute, std::int64_t width, std::int64_t outputs, Passes p)
    : passes(p),
      weights(compute, width, outputs),
      transposed(p == Passes::kForwardAndBackward ? linalg::PackedMatrix(compute, outputs, width)
                                                  : linalg::PackedMatrix()),
      bias(static_cast<std::size_t>(outputs)) {}

void ProjectionWeights::pack(parallel::Team& team, const ProjectionTensors<const float>& tensors) {
  weights.pack(team, tensors.weights);
  if (passes == Passes::kForwardAndBackward) transposed.pack_transposed(team, tensors.weights);
  if (team.rank() == 0) std::copy(tensors.bias.begin(), tensors.bias.end(), bias.begin());
}

void forward(parallel::Team& team, memory::MatrixView<float> outputs, memory::MatrixView<const float> inputs,
             const ProjectionWeights& weights, linalg::Scratch& scratch) {
  const parallel::Range own = team.share(outputs.rows);
  for (std::int64_t row = own.begin; row < own.end; ++row)
    std::copy(weights.bias.begin(), weights.bias.end(), outputs.row(row));
  team.barrier();
  linalg::multiply(team, outputs, inputs, weights.weights, Accumulate::kAdd, scratch);
  team.barrier();
}

void backward(parallel::Team& team, const ProjectionTensors<float>& gradients, memory::MatrixView<float> d_inputs,
              memory::MatrixView<const float> d_outputs, memory::MatrixView<const float> inputs,
              const ProjectionWeights& weights, linalg::Scratch& scratch) {
  const parallel::Range own = team.share(d_outputs.columns);
  std::fill(gradients.bias.begin() + own.begin, gradients.bias.begin() + own.end, 0.0f);
  for (std::int64_t row = 0; row < d_outputs.rows; ++row)
    for (std::int64_t column = own.begin; column < own.end; ++column)
      gradients.bias[static_cast<std::size_t>(column)] += d_outputs.row(row)[column];
  linalg::gemm(team, weights.weights.compute(), gradients.weights, inputs, Transpose::kYes, d_outputs, Transpose::kNo,
               Accumulate::kReplace, scratch);
  linalg::multiply(team, d_inputs, d_outputs, weights.transposed, Accumulate::kReplace, scratch);
  team.barrier();
}

}  // namespace wordkin::charcnn
