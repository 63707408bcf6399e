// The element-wise part of a highway layer, forward and backward. Included once per ISA, after its vec header.
#pragma once

#include <cstdint>

#include "kernels/elementary.inl.h"
#include "kernels/kernel_table.h"
#include "kernels/vec.h"

namespace wordkin::kernels {
namespace {

inline void highway_forward(const HighwayForward& layer) {
  for (std::int64_t row = 0; row < layer.rows; ++row)
    for (std::int64_t column = 0; column < layer.columns; column += Vec::kWidth) {
      const std::int64_t at = row * layer.pitch + column;
      const Quotient gate = sigmoid_quotient(add(Vec::load(layer.gates + at), Vec::load(layer.gate_bias + column)));
      const Vec g = div(gate.numerator, gate.denominator);
      // This order of operands propagates NaN.
      const Vec t = max(Vec::zero(), add(Vec::load(layer.transforms + at), Vec::load(layer.transform_bias + column)));
      const Vec x = Vec::load(layer.inputs + at);
      g.store(layer.gates + at);
      t.store(layer.transforms + at);
      fma(g, sub(t, x), x).store(layer.outputs + at);
    }
}

inline void highway_backward(const HighwayBackward& layer) {
  const Vec one = Vec::broadcast(1.0f);
  for (std::int64_t row = 0; row < layer.rows; ++row)
    for (std::int64_t column = 0; column < layer.columns; column += Vec::kWidth) {
      const std::int64_t at = row * layer.pitch + column;
      const Vec d = Vec::load(layer.d + at), g = Vec::load(layer.gates + at), t = Vec::load(layer.transforms + at);
      const Vec d_skip = mul(d, sub(one, g)), d_open = mul(d, g);
      const Vec d_gate = mul(mul(d_skip, g), sub(t, Vec::load(layer.inputs + at)));
      const Vec d_transform = select_nonnegative(sub(Vec::zero(), t), Vec::zero(), d_open);
      d_skip.store(layer.d + at);
      d_gate.store(layer.gates + at);
      d_transform.store(layer.transforms + at);
      add(Vec::load(layer.d_gate_bias + column), d_gate).store(layer.d_gate_bias + column);
      add(Vec::load(layer.d_transform_bias + column), d_transform).store(layer.d_transform_bias + column);
    }
}

}  // namespace
}  // namespace wordkin::kernels
