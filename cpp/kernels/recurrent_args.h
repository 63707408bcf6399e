// Arguments of the kernels of recurrent cells: some rows of one time step and some units of a layer.
#pragma once

#include <cstdint>

namespace wordkin::kernels {

// LSTM cells. The four gates i, j, f, o of a row are blocks of columns, `gate_stride` apart. Pointers refer to the
// first unit of the first row and may have any alignment. With z = gates + bias:
//   i, f, o = sigmoid(z), j = tanh(z), relative error below 1e-6
//   cells = min(max(f * cells_before + i * j, -cell_clip), cell_clip), and outputs = o * tanh(cells)
// `bias` includes the forget bias. NaN is propagated.
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

// Backward pass of LstmForward. d_cells is the gradient from the following step and becomes the gradient of
// cells_before. It passes through the clip if the unclipped value was within the bounds, inclusive.
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

// Simple recurrent cell: outputs = tanh(gates + bias), relative error below 5e-7.
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
  float* outputs;  // OUT (rows, units) the outputs of the forward pass
  std::int64_t output_pitch;
  const float* d_outputs;  // IN (rows, units)
  std::int64_t d_output_pitch;
  std::int64_t rows;
  std::int64_t units;
};

}  // namespace wordkin::kernels
