// What the kernels of the token layer are given: convolution over characters and highways. Part of kernel_table.h.
#pragma once

#include <cstdint>

namespace wordkin::kernels {

// A convolution over the characters of words by lookup, for at most kPanelFilters filters of one width side by side.
// A row of the table is what one character adds at one offset of a window, its embedding times the weights there:
// (strips, width, characters, kStripFilters), with the columns cut into strips.
inline constexpr int kPanelFilters = 64;
inline constexpr int kStripFilters = 16;

struct CharacterPanel {
  const float* weights;     // IN (width, dim, kPanelFilters), zeros behind the columns
  const float* embeddings;  // IN (.., dim)
  std::int64_t embedding_pitch;
  const std::uint16_t* characters;  // IN (count) rows of the embeddings that the table has
  std::int64_t count;
  std::int64_t width;
  std::int64_t dim;
  std::int64_t columns;
};

// For each word the greatest sum over its windows: relu or tanh of (sum + bias), and which window it was, the first
// among equals. Of a word's windows those behind its distinct ones are left out.
struct MaxOverTime {
  float* outputs;  // OUT (words, columns)
  std::int64_t output_pitch;
  std::uint16_t* argmax;  // OUT (words, columns), or null
  std::int64_t argmax_pitch;
  const float* table;
  const float* bias;          // IN (kPanelFilters)
  const std::uint16_t* rows;  // IN (words, windows + width - 1) characters, as numbers within the table
  std::int64_t row_pitch;
  const std::uint16_t* distinct_windows;  // IN (words) at least 1
  std::int64_t windows;
  std::int64_t words;
  std::int64_t characters;  // of the table
  std::int64_t width;
  std::int64_t columns;
  bool is_tanh;
};

// Backward through the same: the gradient of an output goes to the window that was the greatest, to each of its
// characters' rows of the table.
struct RouteGradients {
  float* d_table;          // INOUT as the table: gradients are added
  float* d_bias;           // INOUT (kPanelFilters)
  const float* d_outputs;  // IN (words, columns)
  std::int64_t d_pitch;
  const float* outputs;  // IN
  std::int64_t output_pitch;
  const std::uint16_t* argmax;  // IN
  std::int64_t argmax_pitch;
  const std::uint16_t* rows;  // this and all below as in MaxOverTime
  std::int64_t row_pitch;
  const std::uint16_t* distinct_windows;
  std::int64_t windows;
  std::int64_t words;
  std::int64_t characters;
  std::int64_t width;
  std::int64_t columns;
  bool is_tanh;
};

// outputs = g t + (1 - g) x with g = sigmoid(gates + gate_bias) and t = relu(transforms + transform_bias). All of pitch
// `pitch`; `columns` is a multiple of kRowMultiple (kernel_table.h).
struct HighwayForward {
  float* outputs;               // OUT (rows, columns), may be the inputs
  float* gates;                 // INOUT sums, then g
  float* transforms;            // INOUT sums, then t
  const float* inputs;          // IN x
  const float* gate_bias;       // IN (columns)
  const float* transform_bias;  // IN (columns)
  std::int64_t pitch;
  std::int64_t rows;
  std::int64_t columns;
};

// Backward through the same. Of d, the gradient of the outputs, stays the part that skips: (1 - g) d.
struct HighwayBackward {
  float* d;                 // INOUT (rows, columns)
  float* gates;             // INOUT g, then the gradients of its sums
  float* transforms;        // INOUT t, then the gradients of its sums
  const float* inputs;      // IN x
  float* d_gate_bias;       // INOUT (columns): the rows' gradients are added
  float* d_transform_bias;  // INOUT (columns)
  std::int64_t pitch;
  std::int64_t rows;
  std::int64_t columns;
};

}  // namespace wordkin::kernels
