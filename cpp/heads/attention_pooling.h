// Attention pooling: c = sum of alpha h over the rows of a text, with alpha = softmax of v . tanh(h W + b) over these
// rows (Yang et al. 2016, equations 5 to 7). The result for an empty text is zero.
#pragma once

#include <cstdint>
#include <span>

#include "heads/dense.h"
#include "heads/text_spans.h"
#include "memory/aligned_buffer.h"
#include "memory/matrix_view.h"
#include "memory/row_buffer.h"
#include "parallel/team.h"

namespace wordkin::heads {

template <typename T>
struct AttentionTensors {
  DenseTensors<T> dense;  // W (hidden, units), b
  std::span<T> query;     // v (units)
};

// The values that forward saves for backward, and the scratch memory of backward.
struct AttentionSaved {
  explicit AttentionSaved(std::int64_t n_units) : units(n_units), d_units(n_units) {}
  void reserve(std::int64_t rows);

  memory::RowBuffer<float> units;  // tanh(h W + b)
  memory::RowBuffer<float> d_units;
  memory::AlignedBuffer<float> alpha;     // (rows)
  memory::AlignedBuffer<float> d_scores;  // (rows)
};

// pooled: OUT (texts, hidden). hidden: IN (rows, hidden), complete before a barrier. dense: W and b packed, with tanh
// activation. Called by every member; contains a barrier, and another one is required before pooled is read.
void forward(parallel::Team& team, memory::MatrixView<float> pooled, memory::MatrixView<const float> hidden,
             const TextSpans& texts, const PackedDense& dense, const AttentionTensors<const float>& tensors,
             AttentionSaved& saved, linalg::Scratch& scratch);

// gradients: OUT. d_hidden: OUT (rows, hidden). d_pooled: IN (texts, hidden), complete before a barrier. Contains
// barriers, and another one is required afterwards.
void backward(parallel::Team& team, const AttentionTensors<float>& gradients, memory::MatrixView<float> d_hidden,
              memory::MatrixView<const float> d_pooled, memory::MatrixView<const float> hidden, const TextSpans& texts,
              const PackedDense& dense, const AttentionTensors<const float>& tensors, AttentionSaved& saved,
              linalg::Scratch& scratch);

}  // namespace wordkin::heads
