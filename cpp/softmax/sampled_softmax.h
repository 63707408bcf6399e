// Sampled softmax: the target against some thousand negative samples that all positions share (Jean et al. 2015), where
// the logarithm of a word's expected count in the sample is subtracted from its score.
//
// The columns of the score matrix are the union of negatives and targets in ascending order. A column that is only the
// target of another position is masked. A target that is also a negative is a single column and counts once, so there
// are no accidental hits. One gather of weights and one product each for the scores, the hidden gradients and the row
// gradients do all the work, and the row gradients are already merged. The price is at most one additional column per
// distinct target: a few percent of 8192, because most targets are frequent words, which are almost always sampled.
#pragma once

#include <cstdint>

#include "linalg/gemm.h"
#include "memory/aligned_buffer.h"
#include "optim/row_gradients.h"
#include "softmax/bias_sums.h"
#include "softmax/log_uniform_sampler.h"
#include "softmax/output_layer.h"

namespace wordkin::softmax {

// The state of one direction: its sample, its gradients and its scratch memory.
class SampledSoftmax {
 public:
  // For a vocabulary of `words`, hidden vectors of `columns` elements and at most `positions` positions per call.
  // Throws std::invalid_argument unless 1 <= negatives < words.
  SampledSoftmax(const linalg::Compute& compute, std::int64_t words, std::int64_t columns, std::int64_t positions,
                 std::int64_t negatives);

  // Returns the sum of the losses over all positions, the same to every member; it is not finite if a score is not. The
  // gradients of `scale` times that sum are written to d_hidden: OUT (N, P), and to gradients(). The negatives are
  // drawn from `generator`. Every member calls it with the same arguments; all results are complete when it returns.
  // Bit-identical for every team.
  double run(parallel::Team& team, memory::MatrixView<float> d_hidden, const Positions& positions,
             const OutputLayer& layer, const random::Generator& generator, float scale, linalg::Scratch& scratch);

  [[nodiscard]] optim::RowGradients& gradients() { return gradients_; }
  [[nodiscard]] const IdSet& negatives() const { return drawn_; }  // of the last run
  [[nodiscard]] std::int64_t tries() const { return tries_; }

 private:
  void choose_columns(const Positions& positions, const random::Generator& generator);
  void gather(const parallel::Team& team, const OutputLayer& layer);
  void score_chunk(const parallel::Team& team, std::int64_t first, std::int64_t count, float scale);

  linalg::Compute compute_;
  LogUniformSampler sampler_;
  std::int64_t tries_ = 0;
  std::int64_t columns_ = 0;  // number of score columns: the size of the union
  std::int64_t padded_ = 0;   // columns_ rounded up; the rest is masked
  std::int64_t max_columns_;
  std::int64_t chunk_positions_;  // positions whose scores are held at the same time
  IdSet drawn_, used_;
  memory::AlignedBuffer<std::int32_t> target_columns_;  // (N)
  // (columns) bias - log expected count; kMasked for words that are not negatives
  memory::AlignedBuffer<float> offsets_;
  memory::AlignedBuffer<float> target_offsets_;  // (columns) the same without masking
  memory::AlignedBuffer<float> scores_;          // (chunk_positions, padded)
  memory::AlignedBuffer<double> losses_;         // (N)
  BiasSums bias_sums_;
  optim::RowGradients gradients_;        // holds the gathered weights until the first product
  linalg::PackedMatrix score_weights_;   // (P, padded)
  linalg::PackedMatrix hidden_weights_;  // (padded, P)
};

}  // namespace wordkin::softmax
