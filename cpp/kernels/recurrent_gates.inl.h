// Kernels of recurrent cells, forward and backward. Included once per ISA.
//
// Five exponentials per cell dominate the forward kernel. The four divisions of the gates are merged into one: a
// division of 16 floats takes as long as eight of the multiplications that replace the other three, and the
// denominators are bounded (see Quotient), so their product loses only a few roundings. (Reciprocal estimates with a
// Newton step would be faster still, but they differ between CPU vendors, and results for the same ISA must not.)
#pragma once

#include <cstdint>

#include "kernels/elementary.inl.h"
#include "kernels/recurrent_args.h"
#include "kernels/vec.h"

namespace wordkin::kernels {
namespace {

// Access to the units of a row: full vectors, and the partial vector at the end.
struct WholeLanes {
  [[nodiscard]] Vec load(const float* p) const { return Vec::load(p); }
  void store(float* p, Vec v) const { v.store(p); }
};

struct FirstLanes {
  int count;  // 1 .. Vec::kWidth - 1
  [[nodiscard]] Vec load(const float* p) const { return Vec::load_partial(p, count); }
  void store(float* p, Vec v) const {
    float lanes[Vec::kWidth];
    v.store(lanes);
    for (int i = 0; i < count; ++i) p[i] = lanes[i];
  }
};

// Calls step(lanes, unit) for the units [begin, end).
template <typename Step>
WORDKIN_INLINE void over_units(std::int64_t begin, std::int64_t end, const Step& step) {
  std::int64_t unit = begin;
  for (; unit + Vec::kWidth <= end; unit += Vec::kWidth) step(WholeLanes{}, unit);
  if (unit < end) step(FirstLanes{static_cast<int>(end - unit)}, unit);
}

// The backward pass adds to the bias gradient row by row, in blocks of units for which the four gates stay in the L1
// cache.
constexpr std::int64_t kUnitBlock = 512;

template <typename Step>
WORDKIN_INLINE void over_blocks(std::int64_t rows, std::int64_t units, const Step& step) {
  for (std::int64_t begin = 0; begin < units; begin += kUnitBlock) {
    const std::int64_t end = begin + kUnitBlock < units ? begin + kUnitBlock : units;
    for (std::int64_t row = 0; row < rows; ++row)
      over_units(begin, end, [&](auto lanes, std::int64_t unit) { step(lanes, row, unit); });
  }
}

WORDKIN_INLINE Vec clipped(Vec x, Vec bound) {  // this order of operands propagates NaN
  return max(sub(Vec::zero(), bound), min(bound, x));
}

struct Gates {
  Vec i, j, f, o;
};

WORDKIN_INLINE Gates activated(Gates z) {
  const Quotient i = sigmoid_quotient(z.i), j = tanh_quotient(z.j), f = sigmoid_quotient(z.f),
                 o = sigmoid_quotient(z.o);
  const Vec i_f = mul(i.denominator, f.denominator), j_o = mul(j.denominator, o.denominator);
  const Vec inverse = div(Vec::broadcast(1.0f), mul(i_f, j_o));
  const Vec of_i_f = mul(inverse, j_o), of_j_o = mul(inverse, i_f);
  return {mul(i.numerator, mul(of_i_f, f.denominator)), mul(j.numerator, mul(of_j_o, o.denominator)),
          mul(f.numerator, mul(of_i_f, i.denominator)), mul(o.numerator, mul(of_j_o, j.denominator))};
}

WORDKIN_INLINE Vec unclipped_cell(const Gates& gates, Vec before) {
  return fma(gates.f, before, mul(gates.i, gates.j));
}

// Computes the cells first and then the outputs: in a single loop the chain from gate to output, with two exponentials
// and two divisions, would delay the following units (50 % slower on an Ice Lake server).
inline void lstm_forward(const LstmForward& s) {
  const Vec clip = Vec::broadcast(s.cell_clip);
  for (std::int64_t row = 0; row < s.rows; ++row) {
    float* const gates = s.gates + row * s.gate_pitch;
    const float* const before = s.cells_before + row * s.before_pitch;
    float* const cells = s.cells + row * s.cells_pitch;
    float* const outputs = s.outputs + row * s.output_pitch;
    over_units(0, s.units, [&](auto lanes, std::int64_t unit) {
      float* const z = gates + unit;
      const float* const bias = s.bias + unit;
      const auto sum = [&](int gate) {
        return add(lanes.load(z + gate * s.gate_stride), lanes.load(bias + gate * s.bias_stride));
      };
      const Gates g = activated({sum(0), sum(1), sum(2), sum(3)});
      lanes.store(z, g.i);
      lanes.store(z + s.gate_stride, g.j);
      lanes.store(z + 2 * s.gate_stride, g.f);
      lanes.store(z + 3 * s.gate_stride, g.o);
      lanes.store(cells + unit, clipped(unclipped_cell(g, lanes.load(before + unit)), clip));
    });
    const float* const output_gates = gates + 3 * s.gate_stride;
    over_units(0, s.units, [&](auto lanes, std::int64_t unit) {
      lanes.store(outputs + unit, mul(lanes.load(output_gates + unit), tanh_of(lanes.load(cells + unit))));
    });
  }
}

inline void lstm_backward(const LstmBackward& s) {
  const Vec one = Vec::broadcast(1.0f), clip = Vec::broadcast(s.cell_clip);
  over_blocks(s.rows, s.units, [&](auto lanes, std::int64_t row, std::int64_t unit) {
    float* const gates = s.gates + row * s.gate_pitch + unit;
    float* const cells = s.cells + row * s.cells_pitch + unit;
    float* const d_cells = s.d_cells + row * s.d_cells_pitch + unit;
    const Gates g{lanes.load(gates), lanes.load(gates + s.gate_stride), lanes.load(gates + 2 * s.gate_stride),
                  lanes.load(gates + 3 * s.gate_stride)};
    const Vec before = lanes.load(s.cells_before + row * s.before_pitch + unit);
    const Vec d_m = lanes.load(s.d_outputs + row * s.d_output_pitch + unit);
    const Vec tanh_c = tanh_of(lanes.load(cells));
    const Vec m = mul(g.o, tanh_c);
    // d_c + d_m o (1 - tanh^2 c), and zero where the cell was clipped.
    Vec d_c = fma(mul(d_m, g.o), sub(one, mul(tanh_c, tanh_c)), lanes.load(d_cells));
    d_c = select_nonnegative(sub(clip, abs(unclipped_cell(g, before))), d_c, Vec::zero());
    const auto store_gradient = [&](int gate, Vec d_z) {
      float* const d_bias = s.d_bias + gate * s.bias_stride + unit;
      lanes.store(gates + gate * s.gate_stride, d_z);
      lanes.store(d_bias, add(lanes.load(d_bias), d_z));
    };
    store_gradient(0, mul(mul(d_c, g.j), mul(g.i, sub(one, g.i))));
    store_gradient(1, mul(mul(d_c, g.i), sub(one, mul(g.j, g.j))));
    store_gradient(2, mul(mul(d_c, before), mul(g.f, sub(one, g.f))));
    store_gradient(3, mul(mul(d_m, tanh_c), mul(g.o, sub(one, g.o))));
    lanes.store(cells, m);
    lanes.store(d_cells, mul(d_c, g.f));
  });
}

inline void tanh_forward(const TanhForward& s) {
  for (std::int64_t row = 0; row < s.rows; ++row) {
    float* const gates = s.gates + row * s.gate_pitch;
    float* const outputs = s.outputs + row * s.output_pitch;
    over_units(0, s.units, [&](auto lanes, std::int64_t unit) {
      const Vec m = tanh_of(add(lanes.load(gates + unit), lanes.load(s.bias + unit)));
      lanes.store(gates + unit, m);
      lanes.store(outputs + unit, m);
    });
  }
}

inline void tanh_backward(const TanhBackward& s) {
  const Vec one = Vec::broadcast(1.0f);
  over_blocks(s.rows, s.units, [&](auto lanes, std::int64_t row, std::int64_t unit) {
    float* const gates = s.gates + row * s.gate_pitch + unit;
    const Vec m = lanes.load(gates);
    const Vec d_z = mul(lanes.load(s.d_outputs + row * s.d_output_pitch + unit), sub(one, mul(m, m)));
    lanes.store(gates, d_z);
    lanes.store(s.d_bias + unit, add(lanes.load(s.d_bias + unit), d_z));
    lanes.store(s.outputs + row * s.output_pitch + unit, m);
  });
}

}  // namespace
}  // namespace wordkin::kernels
