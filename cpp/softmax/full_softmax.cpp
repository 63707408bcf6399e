#include "softmax/full_softmax.h"

#include <algorithm>
#include <limits>

#include "softmax/weight_gradients.h"

namespace wordkin::softmax {

using linalg::Accumulate;

FullSoftmax::FullSoftmax(const linalg::Compute& compute, std::int64_t words, std::int64_t columns,
                         std::int64_t positions)
    : compute_(compute),
      scores_(compute, words, columns, positions, VocabularyScores::Keep::kSmall),
      bias_sums_(std::min(words, VocabularyScores::kBlockWords)),
      hidden_weights_(compute, std::min(words, VocabularyScores::kBlockWords), columns) {}

// Converts exponentials to gradients of the scores: scale (P(w) - [w is the target]).
void FullSoftmax::differentiate(const parallel::Team& team, memory::MatrixView<float> scores, std::int64_t block,
                                const Positions& positions, float scale) {
  const parallel::Range words = scores_.words_of(block);
  for_own_positions(team, positions.count(), [&](std::int64_t position, std::int64_t group) {
    float* const sums = bias_sums_.line(group);
    const double factor = static_cast<double>(scale) * scores_.normaliser(block, position);
    compute_.kernels->scale_and_add(scores.row(position), sums, static_cast<float>(factor), words.size());
    const std::int64_t target = positions.targets[static_cast<std::size_t>(position)];
    if (target < words.begin || target >= words.end) return;
    scores.row(position)[target - words.begin] -= scale;
    sums[target - words.begin] -= scale;
  });
}

double FullSoftmax::run(parallel::Team& team, const FullGradients& gradients, const Positions& positions,
                        const OutputLayer& layer, float scale, linalg::Scratch& scratch) {
  constexpr double kCancelled = std::numeric_limits<double>::quiet_NaN();
  if (!scores_.pass(team, positions, layer, scratch)) return kCancelled;
  for (std::int64_t block = 0; block < scores_.blocks(); ++block) {
    if (!team.barrier_and_check()) return kCancelled;
    const parallel::Range words = scores_.words_of(block);
    const auto d_scores = scores_.exponentials(team, block, positions, layer, scratch);
    if (team.rank() == 0) hidden_weights_.reshape(words.size(), hidden_weights_.columns());
    bias_sums_.clear(team);
    differentiate(team, d_scores, block, positions, scale);
    team.barrier();
    hidden_weights_.pack(team, layer.weights.block_of_rows(words.begin, words.size()));
    add_weight_gradients(team, compute_, gradients.weights.block_of_rows(words.begin, words.size()), d_scores,
                         positions.hidden, Accumulate::kReplace, scratch);
    bias_sums_.total(
        team, gradients.bias.subspan(static_cast<std::size_t>(words.begin), static_cast<std::size_t>(words.size())));
    team.barrier();
    linalg::multiply(team, gradients.hidden, d_scores, hidden_weights_,
                     block == 0 ? Accumulate::kReplace : Accumulate::kAdd, scratch);
    team.barrier();
  }
  return loss(0, positions.count());
}

double FullSoftmax::loss(std::int64_t first, std::int64_t count) const {
  double sum = 0.0;
  for (std::int64_t position = first; position < first + count; ++position)
    sum -= scores_.log_probability_of_target(position);
  return sum;
}

}  // namespace wordkin::softmax
