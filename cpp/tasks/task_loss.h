// The interpretation of the scores of a batch: losses and gradients with respect to the targets, probabilities, and the
// best tag sequences.
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

  // Prepares for a batch, before the region begins. texts and targets are borrowed; targets are set only if losses are
  // computed. methods: those of the CRF that are used.
  void prepare(const heads::TextSpans& texts, const Tensors<const float>& weights, heads::Crf::Methods methods);
  void set_targets(const Targets& targets);

  // The following methods are called by every member, with a barrier before and after. d_scores: OUT, and gradients:
  // OUT for the CRF; or empty if only losses are needed. scores: IN.
  void run(parallel::Team& team, memory::MatrixView<float> d_scores, const Tensors<float>& gradients,
           memory::MatrixView<const float> scores, const Tensors<const float>& weights);
  // probabilities: OUT. scores: IN.
  void probabilities(const parallel::Team& team, memory::MatrixView<float> probabilities,
                     memory::MatrixView<const float> scores);
  // paths: OUT (tokens), for tagging.
  void paths(const parallel::Team& team, std::span<std::int32_t> paths, memory::MatrixView<const float> scores,
             const Tensors<const float>& weights);

  // Valid after run and a barrier: the weighted mean of the losses, and the sum of the weights.
  [[nodiscard]] double mean_loss() const;
  [[nodiscard]] double total_weight() const { return total_weight_; }

 private:
  void run_crf(parallel::Team& team, memory::MatrixView<float> d_scores, const Tensors<float>& gradients,
               memory::MatrixView<const float> scores, const Tensors<const float>& weights);

  Options options_;
  const heads::TextSpans* texts_ = nullptr;
  Targets targets_;
  std::optional<heads::Crf> crf_;
  std::vector<float> labels_;   // targets of a single output, as floats
  std::vector<float> factors_;  // weight of each loss, divided by the sum of the weights
  std::vector<double> losses_;
  double total_weight_ = 0.0;
};

}  // namespace wordkin::tasks
