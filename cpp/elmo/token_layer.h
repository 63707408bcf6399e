// The input of the recurrent layers in training: the vector of each word type of a window is computed once and copied
// to all its positions, and the gradients of the positions are summed for each type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "charcnn/char_encoder.h"
#include "elmo/options.h"
#include "elmo/parameters.h"
#include "elmo/word_input.h"
#include "linalg/gemm.h"
#include "memory/matrix_view.h"
#include "optim/row_gradients.h"
#include "optim/row_positions.h"
#include "parallel/team.h"

namespace wordkin::elmo {

charcnn::Shape token_shape(const Options& options);

// The word types of a text; borrowed. Both are empty if words are rows of `embedding`.
struct TokenTypes {
  memory::MatrixView<const std::uint16_t> characters;  // (types, characters per word)
  std::span<const std::int32_t> words;                 // (types) rows of `word_embed`; empty without word vectors
};

class TokenLayer {
 public:
  // For the members of a region, and windows of at most `positions` positions in both directions together.
  TokenLayer(const linalg::Compute& compute, const Options& options, std::size_t members, std::int64_t positions);

  // Reserves memory for a text before the region begins. Both arguments are borrowed until the next call. ids:
  // (positions of both directions) types, or rows of `embedding`.
  void prepare(const TokenTypes& types, std::span<const std::int32_t> ids);

  // The following methods are called by every member of a team.
  void pack(parallel::Team& team, const Tensors<const float>& weights);  // requires a barrier afterwards
  // inputs: OUT (positions of both directions, P). Forward and backward end with a barrier and return false if the work
  // was cancelled.
  [[nodiscard]] bool forward(parallel::Team& team, memory::MatrixView<float> inputs,
                             const Tensors<const float>& weights, linalg::Scratch& scratch);
  // d_inputs: IN (positions of both directions, P). Writes the gradients of the characters and of the projection of
  // words, and row_gradient().
  [[nodiscard]] bool backward(parallel::Team& team, const Tensors<float>& gradients,
                              memory::MatrixView<const float> d_inputs, const Tensors<const float>& weights,
                              linalg::Scratch& scratch);

  // The gradient of `embedding`, or of `word_embed`: of the rows that were read.
  [[nodiscard]] optim::RowGradients& row_gradient() { return words_ ? words_->gradient() : embedding_gradient_; }

 private:
  struct Characters {
    Characters(const linalg::Compute& compute, const Options& options, std::size_t members);

    charcnn::CharEncoder encoder;
    charcnn::EncoderSaved saved;
    std::optional<charcnn::WordBatch> words;
    memory::RowBuffer<float> vectors;  // of the types, then their gradients
  };

  void gather_inputs(const parallel::Team& team, memory::MatrixView<float> inputs,
                     memory::MatrixView<const float> table);

  std::optional<Characters> characters_;  // empty if words are rows of `embedding`
  std::optional<WordInput> words_;        // empty without word vectors
  std::span<const std::int32_t> ids_;     // of all positions
  optim::RowPositions positions_;
  optim::RowGradients embedding_gradient_;
};

}  // namespace wordkin::elmo
