// Softmax over the whole vocabulary, for training: exact, and expensive for large vocabularies.
//
// Two passes over blocks of words: the first computes the sum of exponentials of every position, the second converts
// scores to gradients and uses them block by block. Exponentials from the first pass are stored if they are small
// enough; otherwise the second pass recomputes the scores, which costs a third more arithmetic but avoids storing a
// (positions, words) matrix.
#pragma once

#include "linalg/gemm.h"
#include "softmax/bias_sums.h"
#include "softmax/output_layer.h"
#include "softmax/vocabulary_scores.h"

namespace wordkin::softmax {

// The gradients; all OUT.
struct FullGradients {
  memory::MatrixView<float> hidden;   // (N, P)
  memory::MatrixView<float> weights;  // (V, P)
  std::span<float> bias;              // (V)
};

class FullSoftmax {
 public:
  FullSoftmax(const linalg::Compute& compute, std::int64_t words, std::int64_t columns, std::int64_t positions);

  // Returns the sum of the losses over all positions, the same to every member; it is not finite if a score is not
  // finite or the team was cancelled. The gradients are those of `scale` times that sum. Every member calls it with the
  // same arguments; all results are complete when it returns. Bit-identical for every team.
  double run(parallel::Team& team, const FullGradients& gradients, const Positions& positions, const OutputLayer& layer,
             float scale, linalg::Scratch& scratch);

  // Sum of the losses over some positions of the last run.
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
