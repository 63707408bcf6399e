// Arguments of the kernels of the token layer: character convolution and highway layers.
#pragma once

#include <cstdint>

namespace wordkin::kernels {

// Character convolution by table lookup, for at most kPanelFilters filters of equal width. A row of the table is what
// one character contributes at one offset of a window: its embedding times the weights at that offset. Layout: (strips,
// width, characters, kStripFilters), where the columns are divided into strips.
inline constexpr int kPanelFilters = 64;
inline constexpr int kStripFilters = 16;

struct CharacterPanel {
  const float* weights;     // IN (width, dim, kPanelFilters), zeros after the columns
  const float* embeddings;  // IN (.., dim)
  std::int64_t embedding_pitch;
  const std::uint16_t* characters;  // IN (count) rows of the embeddings that the table contains
  std::int64_t count;
  std::int64_t width;
  std::int64_t dim;
  std::int64_t columns;
};

// For each word, relu or tanh of (maximum of the sums over its windows + bias), and the index of that window, the first
// among equals. Only the distinct windows of a word are evaluated.
struct MaxOverTime {
  float* outputs;  // OUT (words, columns)
  std::int64_t output_pitch;
  std::uint16_t* argmax;  // OUT (words, columns), or null
  std::int64_t argmax_pitch;
  const float* table;
  const float* bias;          // IN (kPanelFilters)
  const std::uint16_t* rows;  // IN (words, windows + width - 1) characters, as row indices of the table
  std::int64_t row_pitch;
  const std::uint16_t* distinct_windows;  // IN (words), at least 1
  std::int64_t windows;
  std::int64_t words;
  std::int64_t characters;  // rows of the table
  std::int64_t width;
  std::int64_t columns;
  bool is_tanh;
};

// Backward pass of MaxOverTime: the gradient of an output is added to the table rows of the characters in the window
// that had the maximum.
struct RouteGradients {
  float* d_table;          // INOUT in the layout of the table: gradients are added
  float* d_bias;           // INOUT (kPanelFilters)
  const float* d_outputs;  // IN (words, columns)
  std::int64_t d_pitch;
  const float* outputs;  // IN
  std::int64_t output_pitch;
  const std::uint16_t* argmax;  // IN
  std::int64_t argmax_pitch;
  const std::uint16_t* rows;  // this and the following members are as in MaxOverTime
  std::int64_t row_pitch;
  const std::uint16_t* distinct_windows;
  std::int64_t windows;
  std::int64_t words;
  std::int64_t characters;
  std::int64_t width;
  std::int64_t columns;
  bool is_tanh;
};

// outputs = g t + (1 - g) x with g = sigmoid(gates + gate_bias) and t = relu(transforms + transform_bias). All matrices
// have the pitch `pitch`; `columns` is a multiple of kRowMultiple (kernel_table.h).
struct HighwayForward {
  float* outputs;               // OUT (rows, columns), may alias the inputs
  float* gates;                 // INOUT sums, then g
  float* transforms;            // INOUT sums, then t
  const float* inputs;          // IN x
  const float* gate_bias;       // IN (columns)
  const float* transform_bias;  // IN (columns)
  std::int64_t pitch;
  std::int64_t rows;
  std::int64_t columns;
};

// Backward pass of HighwayForward. d is the gradient of the outputs and becomes the part of the input gradient that
// skips the transform, (1 - g) d.
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
