// Recurrent layers over the tokens of texts, in one direction or in two directions whose outputs are concatenated.
// Inputs and outputs are in the order of the texts; internally each direction has its own order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "elmo/sentence_batch.h"
#include "linalg/gemm.h"
#include "memory/matrix_view.h"
#include "memory/padded_matrix.h"
#include "parallel/team.h"
#include "recurrent/direction_stack.h"
#include "tasks/options.h"
#include "tasks/packed_weights.h"
#include "tasks/parameters.h"

namespace wordkin::tasks {

class Encoder {
 public:
  using Packed = std::span<const recurrent::PackedStack>;

  explicit Encoder(const Options& options);

  // Reserves memory for a batch, which is borrowed, before the region begins.
  enum class Passes { kForward, kForwardAndBackward };
  void prepare(const elmo::SentenceBatch& batch, Passes passes);

  // The following methods are called by every member, end with a barrier and return false if the work was cancelled.
  //
  // packed: the weights of each direction. encoded: OUT (tokens, directions *
  // hidden), with dropout. features: IN (tokens, input), complete before a barrier. dropout: that of direction 0; null
  // if there is no backward pass, in which case nothing is saved for it.
  [[nodiscard]] bool forward(parallel::Team& team, Packed packed, memory::MatrixView<float> encoded,
                             memory::MatrixView<const float> features, const recurrent::Dropout* dropout,
                             linalg::Scratch& scratch);
  // Caches the products of the first layer with the features of words, which then replace features as input. Memory for
  // `words` words is reserved before the region begins; previously cached words are discarded.
  void reserve_words(std::int64_t words);
  [[nodiscard]] bool cache_words(parallel::Team& team, Packed packed, std::int64_t first,
                                 memory::MatrixView<const float> features, linalg::Scratch& scratch);
  // Like forward without dropout. words: IN (tokens).
  [[nodiscard]] bool forward_words(parallel::Team& team, Packed packed, memory::MatrixView<float> encoded,
                                   std::span<const std::int32_t> words, linalg::Scratch& scratch);
  [[nodiscard]] std::int64_t word_bytes() const;
  // gradients: OUT. d_features: OUT (tokens, input), or empty if it is not needed. d_encoded: IN, complete before a
  // barrier.
  [[nodiscard]] bool backward(parallel::Team& team, Packed packed, const Tensors<float>& gradients,
                              memory::MatrixView<float> d_features, memory::MatrixView<const float> d_encoded,
                              const Tensors<const float>& weights, linalg::Scratch& scratch);

 private:
  struct Direction {
    explicit Direction(const recurrent::StackShape& shape);
    void clear_state(const parallel::Team& team);

    recurrent::StackTraining stack;
    recurrent::StackInference inference;
    memory::PaddedMatrix inputs;               // in the order of the direction, then their gradients
    memory::PaddedMatrix top;                  // the outputs of the last layer, then their gradients
    std::vector<memory::PaddedMatrix> states;  // h and c of every layer
    std::vector<recurrent::LayerState> views;
    std::vector<memory::PaddedMatrix> below;  // outputs of the other layers in inference
    std::vector<memory::MatrixView<float>> outputs;
    memory::PaddedMatrix word_sums;   // (words, gates * hidden)
    std::vector<std::int32_t> words;  // indices of cached words, if they replace features
  };

  [[nodiscard]] bool run(parallel::Team& team, Packed packed, int direction, const recurrent::Dropout* dropout,
                         linalg::Scratch& scratch);
  void sum_gradients(parallel::Team& team, memory::MatrixView<float> d_features);

  recurrent::StackShape shape_;
  const elmo::SentenceBatch* batch_ = nullptr;
  std::vector<Direction> directions_;
};

}  // namespace wordkin::tasks
