// What training makes smaller: half the sum of the two directions' mean cross entropies, by full or sampled softmax.
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
  // For windows of `places` places in each direction.
  TrainingLoss(const linalg::Compute& compute, const Options& options, const TrainingOptions& training,
            std::int64_t positions);

  // Whether words are sampled: where so many are asked for that it would be all of them, the full softmax is cheaper
  // and exact.
  [[nodiscard]] static bool samples(const Options& options, const TrainingOptions& training) {
    return training.sampled_softmax && training.negatives < options.n_tokens_vocab;
  }

  // d_hidden: OUT, hidden: IN (places of both directions, P). Gradients, of the objective times the number of steps,
  // are in `gradients` or, where words are sampled, in row_gradients(). Every member of the team calls it; ends with a
  // barrier; false when the work was cancelled.
  [[nodiscard]] bool run(parallel::Team& team, memory::MatrixView<float> d_hidden,
                         memory::MatrixView<const float> hidden, const Tensors<float>& gradients, const Window& window,
                         const Tensors<const float>& weights,
                         const std::array<random::Generator, kDirections>& generators, linalg::Scratch& scratch);

  [[nodiscard]] double mean_loss(int direction) const { return mean_losses_[static_cast<std::size_t>(direction)]; }
  // One for each direction; where the softmax is shared, a row stands in only one of the two. Empty: not sampled.
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
  std::vector<softmax::FullSoftmax> full_;  // one where it is shared: the positions of both directions in one pass
  std::array<double, kDirections> mean_losses_{};
};

}  // namespace wordkin::elmo
