// What the scores of a batch mean: their losses and gradients beside the right answers, their probabilities, and the
// tags that are best together.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "heads/crf.h"
#include "heads/text_spans.h"
#include "memory/matrix_view.h"
#include "parallel/team.h"
#include "tasks/batch.h"
#include "tasks/options.h"
#include "tasks/parameters.h"

namespace wordkin::tasks {

class TaskLoss {
 public:
  TaskLoss(const Options& options, std::size_t members);

  // For a batch, before the region begins. Texts are borrowed; so are targets, which come where losses are wanted.
  void prepare(const heads::TextSpans& texts, const Tensors<const float>& weights);
  void set_targets(const Targets& targets);

  // Every member calls these, behind a barrier, and sets one behind them.
  // d_scores: OUT, and gradients: OUT those of the CRF; or empty where losses alone are wanted. scores: IN.
  void run(parallel::Team& team, memory::MatrixView<float> d_scores, const Tensors<float>& gradients,
           memory::MatrixView<const float> scores, const Tensors<const float>& weights);
  // probabilities: OUT. scores: IN.
  void probabilities(const parallel::Team& team, memory::MatrixView<float> probabilities,
                     memory::MatrixView<const float> scores);
  // paths: OUT (tokens), for tags.
  void paths(const parallel::Team& team, std::span<std::int32_t> paths, memory::MatrixView<const float> scores,
             const Tensors<const float>& weights);

  // Behind run and a barrier: the weighted mean of the losses, and the weights that it is over.
  [[nodiscard]] double mean_loss() const;
  [[nodiscard]] double total_weight() const { return total_weight_; }

 private:
  void run_crf(parallel::Team& team, memory::MatrixView<float> d_scores, const Tensors<float>& gradients,
               memory::MatrixView<const float> scores, const Tensors<const float>& weights);

  Options options_;
  const heads::TextSpans* texts_ = nullptr;
  Targets targets_;
  std::optional<heads::Crf> crf_;
  std::vector<float> labels_;   // of a single output, as numbers
  std::vector<float> factors_;  // of every loss: its weight's share in all
  std::vector<double> losses_;
  double total_weight_ = 0.0;
};

}  // namespace wordkin::tasks
