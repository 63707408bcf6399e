#include "softmax/vocabulary_scores.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace wordkin::softmax {
namespace {

using memory::MatrixView;

// A smaller factor could turn exponentials into subnormal numbers, whose multiplication costs about a hundred cycles.
// All probabilities of such a block are smaller still, and their sum over any vocabulary is below the rounding error of
// 1.
constexpr double kSmallestNormaliser = 1e-14;

std::size_t to_size(std::int64_t count) { return static_cast<std::size_t>(count); }

}  // namespace

VocabularyScores::VocabularyScores(const linalg::Compute& compute, std::int64_t words, std::int64_t columns,
                                   std::int64_t positions, Keep keep)
    : compute_(compute),
      words_(words),
      keeps_(keep == Keep::kSmall && blocks() * kBlockWords * positions <= kMaxKept),
      packed_(compute, columns, std::min(kBlockWords, words)),
      scores_(to_size((keeps_ ? blocks() : 1) * kBlockWords * positions)),
      greatest_(to_size(blocks() * positions)),
      sums_(to_size(blocks() * positions)),
      log_sums_(to_size(positions)),
      target_scores_(to_size(positions)) {}

parallel::Range VocabularyScores::words_of(std::int64_t block) const {
  return {block * kBlockWords, std::min(words_, (block + 1) * kBlockWords)};
}

MatrixView<float> VocabularyScores::scores_of(std::int64_t block, std::int64_t positions) {
  float* const begin = scores_.data() + (keeps_ ? block * kBlockWords * max_positions() : 0);
  return {begin, positions, words_of(block).size(), kBlockWords};
}

// Computes the scores of all positions without bias; ends with a barrier.
void VocabularyScores::score_block(parallel::Team& team, MatrixView<float> scores, std::int64_t block,
                                   const Positions& positions, const OutputLayer& layer, linalg::Scratch& scratch) {
  const parallel::Range words = words_of(block);
  if (team.rank() == 0) packed_.reshape(packed_.rows(), words.size());
  team.barrier();
  packed_.pack_transposed(team, layer.weights.block_of_rows(words.begin, words.size()));
  team.barrier();
  linalg::multiply(team, scores, positions.hidden, packed_, linalg::Accumulate::kReplace, scratch);
  team.barrier();
}

// Adds the bias to the scores of this member's positions, and writes and sums their exponentials.
void VocabularyScores::exponentiate(const parallel::Team& team, MatrixView<float> scores, std::int64_t block,
                                    const Positions& positions, const OutputLayer& layer) {
  const auto& kernel = *compute_.kernels;
  const parallel::Range words = words_of(block);
  const MatrixView<float> results = scores_of(block, positions.count());
  for_own_positions(team, positions.count(), [&](std::int64_t position, std::int64_t) {
    float* const row = scores.row(position);
    const float greatest = kernel.add_offsets(row, layer.bias.data() + words.begin, words.size());
    if (!positions.targets.empty()) {
      const std::int64_t target = positions.targets[to_size(position)];
      if (target >= words.begin && target < words.end) target_scores_[to_size(position)] = row[target - words.begin];
    }
    greatest_[at(block, position)] = greatest;
    sums_[at(block, position)] = kernel.exponentials(results.row(position), row, greatest, words.size());
  });
}

// The maximum of a block with a non-finite score is NaN, so the result is NaN.
void VocabularyScores::sum_up(std::int64_t position) {
  float greatest = -std::numeric_limits<float>::infinity();
  for (std::int64_t block = 0; block < blocks(); ++block) greatest = std::max(greatest, greatest_[at(block, position)]);
  double sum = 0.0;
  for (std::int64_t block = 0; block < blocks(); ++block)
    sum += sums_[at(block, position)] *
           std::exp(static_cast<double>(greatest_[at(block, position)]) - static_cast<double>(greatest));
  log_sums_[to_size(position)] = static_cast<double>(greatest) + std::log(sum);
}

bool VocabularyScores::pass(parallel::Team& team, const Positions& positions, const OutputLayer& layer,
                            linalg::Scratch& scratch, MatrixView<float> log_probabilities) {
  assert(positions.count() <= max_positions() && layer.words() == words_);
  for (std::int64_t block = 0; block < blocks(); ++block) {
    if (!team.barrier_and_check()) return false;
    const parallel::Range words = words_of(block);
    const MatrixView<float> scores = log_probabilities.empty()
                                         ? scores_of(block, positions.count())
                                         : log_probabilities.block_of_columns(words.begin, words.size());
    score_block(team, scores, block, positions, layer, scratch);
    exponentiate(team, scores, block, positions, layer);
  }
  for_own_positions(team, positions.count(), [&](std::int64_t position, std::int64_t) {
    sum_up(position);
    if (log_probabilities.empty()) return;
    float* const row = log_probabilities.row(position);
    for (std::int64_t word = 0; word < words_; ++word)
      row[word] = static_cast<float>(static_cast<double>(row[word]) - log_sum(position));
  });
  return true;
}

MatrixView<float> VocabularyScores::exponentials(parallel::Team& team, std::int64_t block, const Positions& positions,
                                                 const OutputLayer& layer, linalg::Scratch& scratch) {
  const MatrixView<float> scores = scores_of(block, positions.count());
  if (keeps_) return scores;
  score_block(team, scores, block, positions, layer, scratch);
  exponentiate(team, scores, block, positions, layer);
  return scores;
}

double VocabularyScores::normaliser(std::int64_t block, std::int64_t position) const {
  const double factor = std::exp(static_cast<double>(greatest_[at(block, position)]) - log_sum(position));
  return factor < kSmallestNormaliser ? 0.0 : factor;
}

}  // namespace wordkin::softmax
