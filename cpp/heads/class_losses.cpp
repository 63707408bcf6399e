#include "heads/class_losses.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace wordkin::heads {
namespace {

using memory::MatrixView;
using parallel::Team;

double logistic(double score) { return 1.0 / (1.0 + std::exp(-score)); }

// log(1 + exp(score)) without overflow.
double softplus(double score) { return std::max(score, 0.0) + std::log1p(std::exp(-std::abs(score))); }

// The maximum of the scores and the sum of exp(score - maximum).
struct SoftmaxSum {
  double greatest;
  double sum = 0.0;

  SoftmaxSum(const float* scores, std::int64_t classes)
      : greatest(static_cast<double>(*std::max_element(scores, scores + classes))) {
    for (std::int64_t k = 0; k < classes; ++k) sum += std::exp(static_cast<double>(scores[k]) - greatest);
  }
  [[nodiscard]] double probability(float score) const { return std::exp(static_cast<double>(score) - greatest) / sum; }
  [[nodiscard]] double loss(float score) const { return greatest + std::log(sum) - static_cast<double>(score); }
};

}  // namespace

void softmax_losses(const Team& team, std::span<double> losses, MatrixView<float> d_scores,
                    std::span<const float> factors, MatrixView<const float> scores,
                    std::span<const std::int32_t> targets) {
  const parallel::Range own = team.share(scores.rows);
  for (std::int64_t row = own.begin; row < own.end; ++row) {
    const auto index = static_cast<std::size_t>(row);
    const float* const row_scores = scores.row(row);
    const SoftmaxSum sum(row_scores, scores.columns);
    losses[index] = sum.loss(row_scores[targets[index]]);
    if (d_scores.empty()) continue;
    const auto factor = static_cast<double>(factors[index]);
    for (std::int64_t k = 0; k < scores.columns; ++k) {
      const double target = k == targets[index] ? 1.0 : 0.0;
      d_scores.row(row)[k] = static_cast<float>(factor * (sum.probability(row_scores[k]) - target));
    }
  }
}

void sigmoid_losses(const Team& team, std::span<double> losses, MatrixView<float> d_scores,
                    std::span<const float> factors, MatrixView<const float> scores, MatrixView<const float> targets) {
  const parallel::Range own = team.share(scores.rows);
  const auto classes = static_cast<double>(scores.columns);
  for (std::int64_t row = own.begin; row < own.end; ++row) {
    const auto index = static_cast<std::size_t>(row);
    double sum = 0.0;
    for (std::int64_t k = 0; k < scores.columns; ++k) {
      const auto score = static_cast<double>(scores.row(row)[k]), target = static_cast<double>(targets.row(row)[k]);
      sum += softplus(score) - target * score;
      if (d_scores.empty()) continue;
      const double factor = static_cast<double>(factors[index]) / classes;
      d_scores.row(row)[k] = static_cast<float>(factor * (logistic(score) - target));
    }
    losses[index] = sum / classes;
  }
}

void softmax_rows(const Team& team, MatrixView<float> rows) {
  const parallel::Range own = team.share(rows.rows);
  for (std::int64_t row = own.begin; row < own.end; ++row) {
    float* const scores = rows.row(row);
    const SoftmaxSum sum(scores, rows.columns);
    for (std::int64_t k = 0; k < rows.columns; ++k) scores[k] = static_cast<float>(sum.probability(scores[k]));
  }
}

void sigmoid_rows(const Team& team, MatrixView<float> rows) {
  const parallel::Range own = team.share(rows.rows);
  for (std::int64_t row = own.begin; row < own.end; ++row)
    for (std::int64_t k = 0; k < rows.columns; ++k)
      rows.row(row)[k] = static_cast<float>(logistic(static_cast<double>(rows.row(row)[k])));
}

}  // namespace wordkin::heads
