// Recurrent layers over the tokens of texts, in one direction or in two, whose outputs stand side by side. Tokens in
// and out are in the order of the texts; within, each direction has its own.
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
#include "tasks/parameters.h"

namespace wordkin::tasks {

class Encoder {
 public:
  Encoder(const linalg::Compute& compute, const Options& options);

  // Makes room for a batch, which is borrowed, before the region begins.
  enum class Passes { kForward, kForwardAndBackward };
  void prepare(const elmo::SentenceBatch& batch, Passes passes);

  // Every member calls these. A barrier must follow pack.
  void pack(parallel::Team& team, const Tensors<const float>& weights);
  // They end with a barrier and are false where the work was cancelled. encoded: OUT (tokens, directions * hidden),
  // with dropout. features: IN (tokens, input), complete before a barrier. dropout: that of direction 0; null where no
  // backward comes: nothing is kept for one.
  [[nodiscard]] bool forward(parallel::Team& team, memory::MatrixView<float> encoded,
                             memory::MatrixView<const float> features, const recurrent::Dropout* dropout,
                             linalg::Scratch& scratch);
  // Of the token features of words what the first layer makes of them by themselves, to be read instead of features
  // from then on. Room for so many words is made before the region begins, and they are forgotten that were there.
  void reserve_words(std::int64_t words);
  [[nodiscard]] bool cache_words(parallel::Team& team, std::int64_t first, memory::MatrixView<const float> features,
                                 linalg::Scratch& scratch);
  // As forward without dropout. words: IN (tokens).
  [[nodiscard]] bool forward_words(parallel::Team& team, memory::MatrixView<float> encoded,
                                   std::span<const std::int32_t> words, linalg::Scratch& scratch);
  [[nodiscard]] std::int64_t word_bytes() const;
  // gradients: OUT. d_features: OUT (tokens, input), or empty if nobody asks for it. d_encoded: IN, complete before a
  // barrier.
  [[nodiscard]] bool backward(parallel::Team& team, const Tensors<float>& gradients,
                              memory::MatrixView<float> d_features, memory::MatrixView<const float> d_encoded,
                              const Tensors<const float>& weights, linalg::Scratch& scratch);

 private:
  struct Direction {
    Direction(const linalg::Compute& compute, const recurrent::StackShape& shape);
    void clear_state(const parallel::Team& team);

    recurrent::PackedStack weights;
    recurrent::StackTraining stack;
    recurrent::StackInference inference;
    memory::PaddedMatrix inputs;               // in the order of the direction; then their gradients
    memory::PaddedMatrix top;                  // the last layer's outputs, then their gradients
    std::vector<memory::PaddedMatrix> states;  // h and c of every layer
    std::vector<recurrent::LayerState> views;
    std::vector<memory::PaddedMatrix> below;  // outputs of the other layers, where nothing is kept
    std::vector<memory::MatrixView<float>> outputs;
    memory::PaddedMatrix word_sums;   // (words, gates * hidden)
    std::vector<std::int32_t> words;  // of the inputs, where they are not features
  };

  [[nodiscard]] bool run(parallel::Team& team, int direction, const recurrent::Dropout* dropout,
                         linalg::Scratch& scratch);
  void sum_gradients(parallel::Team& team, memory::MatrixView<float> d_features);

  recurrent::StackShape shape_;
  const elmo::SentenceBatch* batch_ = nullptr;
  std::vector<Direction> directions_;
};

}  // namespace wordkin::tasks
