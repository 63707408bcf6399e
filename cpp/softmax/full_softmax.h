// Softmax over the whole vocabulary, for training: exact, and dear for large vocabularies.
//
// Two passes over blocks of words: the first finds every position's sum of exponentials, the second turns scores into
// gradients and uses them block by block. What the first computed is kept where it is small; otherwise the second
// computes the scores again, a third more arithmetic instead of (positions, words) of memory.
#pragma once

#include "linalg/gemm.h"
#include "softmax/bias_sums.h"
#include "softmax/output_layer.h"
#include "softmax/vocabulary_scores.h"

namespace wordkin::softmax {

// Where gradients go; all OUT.
struct FullGradients {
  memory::MatrixView<float> hidden;   // (N, P)
  memory::MatrixView<float> weights;  // (V, P)
  std::span<float> bias;              // (V)
};

class FullSoftmax {
 public:
  FullSoftmax(const linalg::Compute& compute, std::int64_t words, std::int64_t columns, std::int64_t positions);

  // Returns the sum of the positions' losses, to every member the same; it is not finite where a score is not, or where
  // the team was cancelled. Gradients are those of `scale` times that sum. Every member calls it with the same
  // arguments, and all is done when it returns. Any team gives the same bits.
  double run(parallel::Team& team, const FullGradients& gradients, const Positions& positions, const OutputLayer& layer,
             float scale, linalg::Scratch& scratch);

  // Of the last run: the sum of the losses of some of its positions.
  [[nodiscard]] double loss(std::int64_t first, std::int64_t count) const;

 private:
  void differentiate(const parallel::Team& team, memory::MatrixView<float> scores, std::int64_t block,
                     const Positions& positions, float scale);

  linalg::Compute compute_;
  VocabularyScores scores_;
  BiasSums bias_sums_;
  linalg::PackedMatrix hidden_weights_;  // (words of a block, P)
};

}  // namespace wordkin::softmax
