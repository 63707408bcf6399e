#include "tasks/task_loss.h"

#include <algorithm>

#include "heads/class_losses.h"
#include "linalg/own_rows.h"

namespace wordkin::tasks {
namespace {

using memory::MatrixView;
using parallel::Team;

bool has_single_output(const Options& options) { return options.task == Task::kClasses && options.outputs == 1; }

bool uses_sigmoids(const Options& options) { return options.task == Task::kLabels || has_single_output(options); }

}  // namespace

TaskLoss::TaskLoss(const Options& options, std::size_t members) : options_(options) {
  if (has_crf(options)) crf_.emplace(options.outputs, members);
}

void TaskLoss::prepare(const heads::TextSpans& texts, const Tensors<const float>& weights,
                       heads::Crf::Methods methods) {
  texts_ = &texts;
  if (crf_) crf_->prepare(texts.longest(), weights.crf, methods);
}

void TaskLoss::set_targets(const Targets& targets) {
  targets_ = targets;
  if (has_single_output(options_)) {
    labels_.assign(targets.ids.begin(), targets.ids.end());
    targets_.labels = {labels_.data(), std::ssize(labels_), 1, 1};
  }
  factors_.clear();
  for (std::int64_t text = 0; text < texts_->texts(); ++text) {
    const float weight = targets.weights[static_cast<std::size_t>(text)];
    const std::int64_t length = texts_->length(text);
    if (options_.task == Task::kTags && !crf_)
      factors_.insert(factors_.end(), static_cast<std::size_t>(length), weight);
    else
      factors_.push_back(crf_ && length == 0 ? 0.0f : weight);
  }
  total_weight_ = 0.0;
  for (const float factor : factors_) total_weight_ += static_cast<double>(factor);
  if (total_weight_ > 0.0)
    for (float& factor : factors_) factor = static_cast<float>(static_cast<double>(factor) / total_weight_);
  losses_.assign(factors_.size(), 0.0);
}

void TaskLoss::run_crf(Team& team, MatrixView<float> d_scores, const Tensors<float>& gradients,
                       MatrixView<const float> scores, const Tensors<const float>& weights) {
  if (d_scores.empty())
    crf_->losses(team, losses_, scores, targets_.ids, weights.crf, *texts_);
  else
    crf_->gradients(team, losses_, d_scores, gradients.crf, factors_, scores, targets_.ids, weights.crf, *texts_);
}

void TaskLoss::run(Team& team, MatrixView<float> d_scores, const Tensors<float>& gradients,
                   MatrixView<const float> scores, const Tensors<const float>& weights) {
  if (crf_) return run_crf(team, d_scores, gradients, scores, weights);
  if (uses_sigmoids(options_)) return heads::sigmoid_losses(team, losses_, d_scores, factors_, scores, targets_.labels);
  heads::softmax_losses(team, losses_, d_scores, factors_, scores, targets_.ids);
}

double TaskLoss::mean_loss() const {
  double sum = 0.0;
  for (std::size_t i = 0; i < losses_.size(); ++i) sum += static_cast<double>(factors_[i]) * losses_[i];
  return sum;
}

void TaskLoss::probabilities(const Team& team, MatrixView<float> probabilities, MatrixView<const float> scores) {
  if (crf_) return crf_->marginals(team, probabilities, scores, *texts_);
  linalg::copy_own_rows(team, probabilities, scores);
  if (uses_sigmoids(options_))
    heads::sigmoid_rows(team, probabilities);
  else
    heads::softmax_rows(team, probabilities);
}

void TaskLoss::paths(const Team& team, std::span<std::int32_t> paths, MatrixView<const float> scores,
                     const Tensors<const float>& weights) {
  if (crf_) return crf_->best_paths(team, paths, scores, weights.crf, *texts_);
  const parallel::Range own = team.share(scores.rows);
  for (std::int64_t row = own.begin; row < own.end; ++row) {
    const float* const of_tags = scores.row(row);
    paths[static_cast<std::size_t>(row)] =
        static_cast<std::int32_t>(std::max_element(of_tags, of_tags + scores.columns) - of_tags);
  }
}

}  // namespace wordkin::tasks
