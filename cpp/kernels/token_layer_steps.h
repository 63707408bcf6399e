// What the kernels of the token layer are given: convolution over characters and highways. Part of kernel_table.h.
#pragma once

#include <cstdint>

namespace wordkin::kernels {

// A convolution over the characters of words by lookup, for kPanelFilters filters of one width side by side. Row (c, k)
// of the table is what the c-th of `characters` adds at offset k of a window: the embedding times the weights there.
inline constexpr int kPanelFilters = 64;

struct CharacterPanel {
  const float* weights;     // IN (width, dim, kPanelFilters)
  const float* embeddings;  // IN (.., dim)
  std::int64_t embedding_pitch;
  const std::uint16_t* characters;  // IN (count) rows of the embeddings
  std::int64_t count;
  std::int64_t width;
  std::int64_t dim;
};

// For each word the greatest sum over its windows: relu or tanh of (sum + bias), and which window it was, the first
// among equals. Of a word's windows those behind its distinct ones are left out.
struct MaxOverTime {
  float* outputs;  // OUT (words, columns)
  std::int64_t output_pitch;
  std::uint16_t* places;  // OUT (words, columns), or null
  std::int64_t place_pitch;
  const float* table;         // IN (.., width, kPanelFilters)
  const float* bias;          // IN (kPanelFilters)
  const std::uint16_t* rows;  // IN (words, windows + width - 1) rows of the table
  std::int64_t row_pitch;
  const std::uint16_t* distinct_windows;  // IN (words) at least 1
  std::int64_t windows;
  std::int64_t words;
  std::int64_t width;
  std::int64_t columns;  // at most kPanelFilters
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
