// The scores of all words of the vocabulary at many positions, one block of words at a time, and the logarithm of the
// sum of their exponentials. A (positions, words) matrix is stored only if it is small.
//
// Each block is packed, multiplied and discarded: packing costs as much as the products of a dozen positions, and no
// second copy of the weights is stored (1.6 GB for 800,000 words with 512 dimensions). Block boundaries are fixed and
// products do not depend on the batch, so the result for a position is bit-identical in every batch.
#pragma once

#include <cstdint>

#include "linalg/gemm.h"
#include "memory/aligned_buffer.h"
#include "parallel/team.h"
#include "softmax/bias_sums.h"
#include "softmax/output_layer.h"

namespace wordkin::softmax {

class VocabularyScores {
 public:
  static constexpr std::int64_t kBlockWords = 2048;

  // Keep::kSmall: exponentials are stored for a second pass if they fit kMaxKept floats.
  enum class Keep { kNothing, kSmall };
  static constexpr std::int64_t kMaxKept = std::int64_t{1} << 23;  // 32 MB

  VocabularyScores(const linalg::Compute& compute, std::int64_t words, std::int64_t columns, std::int64_t positions,
                   Keep keep);

  // One pass over all words. log_probabilities: OUT (positions, words), or empty. Called by every member. Afterwards
  // log_sum and log_probability_of_target are valid for its own positions (for_own_positions), and after a barrier for
  // all. Returns false if the team was cancelled; no result is valid then.
  [[nodiscard]] bool pass(parallel::Team& team, const Positions& positions, const OutputLayer& layer,
                          linalg::Scratch& scratch, memory::MatrixView<float> log_probabilities = {});

  // log sum_w exp(score(w)) at a position; NaN if a score is not finite.
  [[nodiscard]] double log_sum(std::int64_t position) const { return log_sums_[static_cast<std::size_t>(position)]; }
  [[nodiscard]] double log_probability_of_target(std::int64_t position) const {
    return static_cast<double>(target_scores_[static_cast<std::size_t>(position)]) - log_sum(position);
  }

  [[nodiscard]] std::int64_t words() const { return words_; }
  [[nodiscard]] std::int64_t max_positions() const { return static_cast<std::int64_t>(log_sums_.size()); }
  [[nodiscard]] std::int64_t blocks() const { return (words_ + kBlockWords - 1) / kBlockWords; }
  [[nodiscard]] parallel::Range words_of(std::int64_t block) const;

  // After a pass: exp(score - maximum of the position's block), (positions, words of the block), complete for this
  // member's positions. The caller may overwrite them.
  memory::MatrixView<float> exponentials(parallel::Team& team, std::int64_t block, const Positions& positions,
                                         const OutputLayer& layer, linalg::Scratch& scratch);
  // The factor that converts these exponentials to probabilities.
  [[nodiscard]] double normaliser(std::int64_t block, std::int64_t position) const;

 private:
  memory::MatrixView<float> scores_of(std::int64_t block, std::int64_t positions);
  void score_block(parallel::Team& team, memory::MatrixView<float> scores, std::int64_t block,
                   const Positions& positions, const OutputLayer& layer, linalg::Scratch& scratch);
  void exponentiate(const parallel::Team& team, memory::MatrixView<float> scores, std::int64_t block,
                    const Positions& positions, const OutputLayer& layer);
  void sum_up(std::int64_t position);
  [[nodiscard]] std::size_t at(std::int64_t block, std::int64_t position) const {
    return static_cast<std::size_t>(block * max_positions() + position);
  }

  linalg::Compute compute_;
  std::int64_t words_;
  bool keeps_;
  linalg::PackedMatrix packed_;                 // (P, words of a block)
  memory::AlignedBuffer<float> scores_;         // (positions, words of a block), for one block or for all
  memory::AlignedBuffer<float> greatest_;       // (blocks, positions)
  memory::AlignedBuffer<double> sums_;          // (blocks, positions) sums of the exponentials of a block
  memory::AlignedBuffer<double> log_sums_;      // (positions)
  memory::AlignedBuffer<float> target_scores_;  // (positions)
};

}  // namespace wordkin::softmax
