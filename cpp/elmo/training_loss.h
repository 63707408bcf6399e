// The training loss: the mean over both directions of their mean cross entropies, with full or sampled softmax.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "elmo/options.h"
#include "elmo/parameters.h"
#include "elmo/window.h"
#include "linalg/gemm.h"
#include "memory/matrix_view.h"
#include "parallel/team.h"
#include "random/generator.h"
#include "softmax/full_softmax.h"
#include "softmax/sampled_softmax.h"

namespace wordkin::elmo {

class TrainingLoss {
 public:
  // For windows of `positions` positions in each direction.
  TrainingLoss(const linalg::Compute& compute, const Options& options, const TrainingOptions& training,
               std::int64_t positions);

  // Whether the softmax is sampled. If the number of negatives reaches the vocabulary size, the full softmax is cheaper
  // and exact.
  [[nodiscard]] static bool samples(const Options& options, const TrainingOptions& training) {
    return training.sampled_softmax && training.negatives < options.n_tokens_vocab;
  }

  // d_hidden: OUT, hidden: IN (positions of both directions, P). The gradients of the loss times the number of steps
  // are written to `gradients` or, with sampling, to the gradients of sampled(). Called by every member of the team;
  // ends with a barrier; returns false if the work was cancelled.
  [[nodiscard]] bool run(parallel::Team& team, memory::MatrixView<float> d_hidden,
                         memory::MatrixView<const float> hidden, const Tensors<float>& gradients, const Window& window,
                         const Tensors<const float>& weights,
                         const std::array<random::Generator, kDirections>& generators, linalg::Scratch& scratch);

  [[nodiscard]] double mean_loss(int direction) const { return mean_losses_[static_cast<std::size_t>(direction)]; }
  // One element per direction; if the softmax is shared, each row occurs in only one of the two. Empty without
  // sampling.
  [[nodiscard]] std::vector<softmax::SampledSoftmax>& sampled() { return sampled_; }

 private:
  void run_direction(parallel::Team& team, int direction, memory::MatrixView<float> d_hidden,
                     memory::MatrixView<const float> hidden, const Tensors<float>& gradients, const Window& window,
                     const Tensors<const float>& weights, const random::Generator& generator, linalg::Scratch& scratch);
  void run_both(parallel::Team& team, memory::MatrixView<float> d_hidden, memory::MatrixView<const float> hidden,
                const Tensors<float>& gradients, const Window& window, const Tensors<const float>& weights,
                linalg::Scratch& scratch);

  bool shared_;
  std::vector<softmax::SampledSoftmax> sampled_;
  // a single element if it is shared: the positions of both directions in one pass
  std::vector<softmax::FullSoftmax> full_;
  std::array<double, kDirections> mean_losses_{};
};

}  // namespace wordkin::elmo
