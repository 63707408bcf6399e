// What the gate kernels of recurrent cells are given: some rows of one time step and some units of a layer.
#pragma once

#include <cstdint>

namespace wordkin::kernels {

// LSTM cells. The four gates of a row stand in blocks of the columns i, j, f, o, `gate_stride` apart; pointers are to
// the first unit of the first row, and any of them may have any alignment. With z = gates + bias:
//   i, f, o = sigmoid(z), j = tanh(z), relative error below 1e-6
//   cells = min(max(f * cells_before + i * j, -cell_clip), cell_clip), and outputs = o * tanh(cells)
// `bias` has the forget bias in it. A NaN stays one.
struct LstmForward {
  float* gates;  // INOUT (rows, 4 blocks of units): sums without the bias, then i, j, f, o
  std::int64_t gate_pitch;
  std::int64_t gate_stride;
  const float* bias;  // IN (4 blocks of units, bias_stride apart)
  std::int64_t bias_stride;
  const float* cells_before;  // IN (rows, units), may be `cells`
  std::int64_t before_pitch;
  float* cells;  // OUT (rows, units)
  std::int64_t cells_pitch;
  float* outputs;  // OUT (rows, units)
  std::int64_t output_pitch;
  std::int64_t rows;
  std::int64_t units;
  float cell_clip;  // infinity for none
};

// Backward through the same. d_cells is the gradient that comes from the step behind and becomes that of cells_before;
// it passes the clip where the unclipped value was within the bounds, at the bounds too.
struct LstmBackward {
  float* gates;  // INOUT i, j, f, o, then the gradients of the sums
  std::int64_t gate_pitch;
  std::int64_t gate_stride;
  float* d_bias;  // INOUT (4 blocks of units, bias_stride apart): the rows' gradients are added
  std::int64_t bias_stride;
  const float* cells_before;  // IN
  std::int64_t before_pitch;
  float* cells;  // INOUT cells, then outputs as forward computed them
  std::int64_t cells_pitch;
  const float* d_outputs;  // IN (rows, units)
  std::int64_t d_output_pitch;
  float* d_cells;  // INOUT (rows, units)
  std::int64_t d_cells_pitch;
  std::int64_t rows;
  std::int64_t units;
  float cell_clip;
};

// The plain cell: outputs = tanh(gates + bias), relative error below 5e-7.
struct TanhForward {
  float* gates;  // INOUT (rows, units): sums without the bias, then the outputs
  std::int64_t gate_pitch;
  const float* bias;  // IN (units)
  float* outputs;     // OUT (rows, units)
  std::int64_t output_pitch;
  std::int64_t rows;
  std::int64_t units;
};

struct TanhBackward {
  float* gates;  // INOUT outputs, then the gradients of the sums
  std::int64_t gate_pitch;
  float* d_bias;   // INOUT (units): the rows' gradients are added
  float* outputs;  // OUT (rows, units) the outputs again
  std::int64_t output_pitch;
  const float* d_outputs;  // IN (rows, units)
  std::int64_t d_output_pitch;
  std::int64_t rows;
  std::int64_t units;
};

}  // namespace wordkin::kernels
