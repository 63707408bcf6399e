// Pools the token vectors of a text into one vector, with the methods selected in the options, whose results are
// concatenated.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "heads/attention_pooling.h"
#include "heads/text_spans.h"
#include "linalg/scratch.h"
#include "memory/matrix_view.h"
#include "memory/row_buffer.h"
#include "parallel/team.h"
#include "tasks/options.h"
#include "tasks/packed_weights.h"
#include "tasks/parameters.h"

namespace wordkin::tasks {

class Pooler {
 public:
  explicit Pooler(const Options& options);

  // Reserves memory for texts, which are borrowed, before the region begins.
  void prepare(const heads::TextSpans& texts);

  // The following methods are called by every member; a barrier is required before and after them.
  //
  // pooled: OUT (texts, methods * columns). encoded: IN (tokens, columns).
  void forward(parallel::Team& team, const PackedWeights& packed, memory::MatrixView<float> pooled,
               memory::MatrixView<const float> encoded, const Tensors<const float>& weights, linalg::Scratch& scratch);
  // gradients: OUT for the attention. d_encoded: OUT (tokens, columns). d_pooled: IN.
  void backward(parallel::Team& team, const PackedWeights& packed, const Tensors<float>& gradients,
                memory::MatrixView<float> d_encoded, memory::MatrixView<const float> d_pooled,
                memory::MatrixView<const float> encoded, const Tensors<const float>& weights, linalg::Scratch& scratch);

  // Attention weights after forward: (tokens).
  [[nodiscard]] std::span<const float> alpha() const {
    return {saved_.alpha.data(), static_cast<std::size_t>(texts_->rows())};
  }

 private:
  void backward_of(Pooling method, parallel::Team& team, const PackedWeights& packed, const Tensors<float>& gradients,
                   memory::MatrixView<float> d_encoded, memory::MatrixView<const float> d_pooled,
                   memory::MatrixView<const float> encoded, const Tensors<const float>& weights,
                   linalg::Scratch& scratch);

  std::vector<Pooling> methods_;
  std::int64_t forward_columns_;  // columns of the direction that reads from left to right
  const heads::TextSpans* texts_ = nullptr;
  heads::AttentionSaved saved_;
  memory::RowBuffer<std::int64_t> argmax_;  // rows of the maxima
  memory::RowBuffer<float> d_part_;         // (tokens, columns) from one method, if there are several
};

}  // namespace wordkin::tasks
