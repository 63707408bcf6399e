// Softmax against a sample of the vocabulary: the target and some thousand negative words that all positions share
// (Jean et al. 2015), scores minus the logarithm of how often each word is expected in the sample.
//
// The union of negatives and targets, in rising order, makes the columns of one score matrix. A column that is only
// another position's target is masked; a position's target that is a negative as well is one column and so counts once:
// what is elsewhere called an accidental hit cannot occur. One gather of weights, one product each for the scores, the
// hidden gradients and the row gradients then do everything, the latter already merged. Price: at most one column more
// for each different target, a few percent of 8192 as most targets are frequent words, and those are nearly always
// drawn.
#pragma once

#include <cstdint>

#include "linalg/gemm.h"
#include "memory/aligned_buffer.h"
#include "optim/row_gradients.h"
#include "softmax/bias_sums.h"
#include "softmax/log_uniform_sampler.h"
#include "softmax/output_layer.h"

namespace wordkin::softmax {

// One direction's: its sample, its gradients and the memory in between.
class SampledSoftmax {
 public:
  // For a vocabulary of `words`, hidden vectors of `columns` and at most `positions` of them at a time. Throws
  // std::invalid_argument unless 1 <= negatives < words.
  SampledSoftmax(const linalg::Compute& compute, std::int64_t words, std::int64_t columns, std::int64_t positions,
                 std::int64_t negatives);

  // Returns the sum of the positions' losses, to every member the same; it is not finite where a score is not. The
  // gradients of `scale` times that sum are in d_hidden: OUT (N, P), and in gradients(). The negatives come from
  // `generator`. Every member calls it with the same arguments, and all is done when it returns. Any team gives the
  // same bits.
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
  std::int64_t columns_ = 0;  // of the scores: the union
  std::int64_t padded_ = 0;   // columns_ rounded up, the rest masked
  std::int64_t max_columns_;
  std::int64_t chunk_positions_;  // positions whose scores are held at a time
  IdSet drawn_, used_;
  memory::AlignedBuffer<std::int32_t> target_columns_;  // (N)
  memory::AlignedBuffer<float> offsets_;         // (columns) bias - log expected count, kMasked where no negative
  memory::AlignedBuffer<float> target_offsets_;  // (columns) the same without masks
  memory::AlignedBuffer<float> scores_;          // (chunk_places, padded)
  memory::AlignedBuffer<double> losses_;         // (N)
  BiasSums bias_sums_;
  optim::RowGradients gradients_;        // before the first product: the gathered weights
  linalg::PackedMatrix score_weights_;   // (P, padded)
  linalg::PackedMatrix hidden_weights_;  // (padded, P)
};

}  // namespace wordkin::softmax
