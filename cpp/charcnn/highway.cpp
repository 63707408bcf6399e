#include "charcnn/highway.h"

#include <algorithm>
#include <cstddef>
#include <span>

#include "kernels/kernel_table.h"

namespace wordkin::charcnn {
namespace {

static_assert(memory::kPaddedColumns == kernels::kRowMultiple);

using linalg::Accumulate;
using linalg::Transpose;

linalg::PackedMatrix transposed_if(Passes passes, const linalg::Compute& compute, std::int64_t width) {
  return passes == Passes::kForwardAndBackward ? linalg::PackedMatrix(compute, width, width) : linalg::PackedMatrix();
}

memory::AlignedBuffer<float> padded_vector(std::int64_t width) {
  return memory::AlignedBuffer<float>(static_cast<std::size_t>(memory::padded(width)));
}

// This member's columns of an element-wise operation, including padding, so that all vectors are full.
parallel::Range own_columns(const parallel::Team& team, std::int64_t width) {
  return team.share(memory::padded(width), kernels::kRowMultiple);
}

void copy_bias(std::span<float> bias, const float* padded_bias, const parallel::Range& columns) {
  const auto end = std::min(columns.end, static_cast<std::int64_t>(bias.size()));
  if (columns.begin < end) std::copy(padded_bias + columns.begin, padded_bias + end, bias.data() + columns.begin);
}

}  // namespace

HighwayWeights::HighwayWeights(const linalg::Compute& compute, std::int64_t width, Passes p)
    : passes(p),
      carry(compute, width, width),
      transform(compute, width, width),
      carry_transposed(transposed_if(p, compute, width)),
      transform_transposed(transposed_if(p, compute, width)),
      carry_bias(padded_vector(width)),
      transform_bias(padded_vector(width)) {}

void HighwayWeights::pack(parallel::Team& team, const HighwayTensors<const float>& tensors) {
  carry.pack(team, tensors.carry_weights);
  transform.pack(team, tensors.transform_weights);
  if (passes == Passes::kForwardAndBackward) {
    carry_transposed.pack_transposed(team, tensors.carry_weights);
    transform_transposed.pack_transposed(team, tensors.transform_weights);
  }
  if (team.rank() != 0) return;
  std::copy(tensors.carry_bias.begin(), tensors.carry_bias.end(), carry_bias.data());
  std::copy(tensors.transform_bias.begin(), tensors.transform_bias.end(), transform_bias.data());
}

HighwaySaved::HighwaySaved(std::int64_t width)
    : inputs(width),
      gates(width),
      transforms(width),
      d_carry_bias(padded_vector(width)),
      d_transform_bias(padded_vector(width)) {}

void HighwaySaved::reserve(std::int64_t rows) {
  inputs.reserve(rows);
  gates.reserve(rows);
  transforms.reserve(rows);
}

bool forward(parallel::Team& team, memory::MatrixView<float> outputs, memory::MatrixView<float> gates,
             memory::MatrixView<float> transforms, memory::MatrixView<const float> inputs,
             const HighwayWeights& weights, linalg::Scratch& scratch) {
  linalg::multiply(team, gates, inputs, weights.carry, Accumulate::kReplace, scratch);
  linalg::multiply(team, transforms, inputs, weights.transform, Accumulate::kReplace, scratch);
  if (!team.barrier_and_check()) return false;
  const parallel::Range own = own_columns(team, inputs.columns);
  weights.carry.compute().kernels->highway_forward(
      {outputs.data + own.begin, gates.data + own.begin, transforms.data + own.begin, inputs.data + own.begin,
       weights.carry_bias.data() + own.begin, weights.transform_bias.data() + own.begin, inputs.pitch, inputs.rows,
       own.size()});
  return team.barrier_and_check();
}

bool backward(parallel::Team& team, const HighwayTensors<float>& gradients, memory::MatrixView<float> d,
              HighwaySaved& saved, const HighwayWeights& weights, linalg::Scratch& scratch) {
  const auto inputs = saved.inputs.rows(d.rows), d_gates = saved.gates.rows(d.rows);
  const auto d_transforms = saved.transforms.rows(d.rows);
  const linalg::Compute& compute = weights.carry.compute();

  const parallel::Range own = own_columns(team, d.columns);
  float* const d_carry_bias = saved.d_carry_bias.data() + own.begin;
  float* const d_transform_bias = saved.d_transform_bias.data() + own.begin;
  std::fill_n(d_carry_bias, own.size(), 0.0f);
  std::fill_n(d_transform_bias, own.size(), 0.0f);
  compute.kernels->highway_backward({d.data + own.begin, d_gates.data + own.begin, d_transforms.data + own.begin,
                                     inputs.data + own.begin, d_carry_bias, d_transform_bias, d.pitch, d.rows,
                                     own.size()});
  copy_bias(gradients.carry_bias, saved.d_carry_bias.data(), own);
  copy_bias(gradients.transform_bias, saved.d_transform_bias.data(), own);
  if (!team.barrier_and_check()) return false;

  const auto weight_gradient = [&](memory::MatrixView<float> target, memory::MatrixView<const float> d_sums) {
    linalg::gemm(team, compute, target, inputs, Transpose::kYes, d_sums, Transpose::kNo, Accumulate::kReplace, scratch);
  };
  weight_gradient(gradients.carry_weights, d_gates);
  weight_gradient(gradients.transform_weights, d_transforms);
  linalg::multiply(team, d, d_gates, weights.carry_transposed, Accumulate::kAdd, scratch);
  linalg::multiply(team, d, d_transforms, weights.transform_transposed, Accumulate::kAdd, scratch);
  return team.barrier_and_check();
}

}  // namespace wordkin::charcnn
