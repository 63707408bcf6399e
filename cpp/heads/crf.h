// A linear-chain conditional random field over the tags of a sentence (Lafferty et al. 2001). The score of tags y is
//
//   start[y_0] + sum over t of e_t[y_t] + sum over t > 0 of T[y_(t-1), y_t] + end[y_last],
//
// and its probability is exp(score) / Z. Sums over all paths use exponentials in float64 that are rescaled at every
// step (Rabiner 1989, section V.A), which costs tags^2 multiplications per token instead of tags^2 exponentials. This
// is exact as long as transitions, and the scores of one token, differ by less than 700.
//
// The team divides the sentences among its members, so the summed gradients depend on the size of the team within
// rounding.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "heads/text_spans.h"
#include "memory/matrix_view.h"
#include "parallel/team.h"

namespace wordkin::heads {

template <typename T>
struct CrfTensors {
  memory::MatrixView<T> transitions;  // (tags, tags): from the row's tag to the column's tag
  std::span<T> start;                 // (tags)
  std::span<T> end;                   // (tags)
};

using CrfParameters = CrfTensors<const float>;
using CrfGradients = CrfTensors<float>;

class Crf {
 public:
  // For the members of a region.
  Crf(std::int64_t tags, std::size_t members);

  // Call before a region begins: reserves memory for sentences of at most this length, and prepares the parameters for
  // the methods that sum over paths, or only for best_paths.
  enum class Methods { kSums, kBestPaths };
  void prepare(std::int64_t longest, const CrfParameters& parameters, Methods methods);

  // The following methods are called by every member, after a barrier. emissions: IN (rows, tags). The loss of an empty
  // sentence is 0.

  // losses: OUT (sentences) -log p(tags). tags: IN (rows).
  void losses(const parallel::Team& team, std::span<double> losses, memory::MatrixView<const float> emissions,
              std::span<const std::int32_t> tags, const CrfParameters& parameters, const TextSpans& sentences);
  // Also computes the gradients of the sum of factors[k] * losses[k]. d_emissions: OUT (rows, tags). gradients: OUT.
  // Contains a barrier, and another one is required afterwards.
  void gradients(parallel::Team& team, std::span<double> losses, memory::MatrixView<float> d_emissions,
                 const CrfGradients& gradients, std::span<const float> factors,
                 memory::MatrixView<const float> emissions, std::span<const std::int32_t> tags,
                 const CrfParameters& parameters, const TextSpans& sentences);
  // probabilities: OUT (rows, tags) p(y_t = tag).
  void marginals(const parallel::Team& team, memory::MatrixView<float> probabilities,
                 memory::MatrixView<const float> emissions, const TextSpans& sentences);
  // paths: OUT (rows) the most probable tags; among equally probable paths the smaller tag, from the end backwards.
  void best_paths(const parallel::Team& team, std::span<std::int32_t> paths, memory::MatrixView<const float> emissions,
                  const CrfParameters& parameters, const TextSpans& sentences);

 private:
  // Scratch memory of a member, for one sentence at a time except for the sums.
  struct Member {
    std::vector<double> alpha;         // (steps, tags) p(y_t = tag | tokens up to t); in best_paths the scores
    std::vector<double> emission_exp;  // (steps, tags) exp(e_t - maximum)
    std::vector<double> scales;        // (steps) scaling factor of each step
    std::vector<double> beta;          // (tags) of one step
    std::vector<double> reached;       // (tags) the next values of beta
    std::vector<double> pairs;         // (tags, tags) sums of alpha_(t-1)[i] emission_exp_t[j] beta_t[j] / scale_t
    std::vector<double> start;         // (tags) sums of p(y_0 = tag)
    std::vector<double> end;
  };

  [[nodiscard]] Member& own(const parallel::Team& team) { return members_[static_cast<std::size_t>(team.member())]; }
  // Computes alpha, emission_exp and scales; returns log Z.
  double forward(Member& member, memory::MatrixView<const float> emissions) const;
  // Calls visit(t, p of step t) from the last step to the first.
  template <typename Visit>
  void backward(Member& member, std::int64_t steps, const Visit& visit) const;
  void best_path(Member& member, std::span<std::int32_t> path, memory::MatrixView<const float> emissions,
                 const CrfParameters& parameters) const;
  void begin_sums(Member& member) const;
  void add_sentence(Member& member, memory::MatrixView<float> d_emissions, float factor,
                    std::span<const std::int32_t> tags) const;
  void write_gradients(const parallel::Team& team, const CrfGradients& gradients, std::span<const float> factors,
                       std::span<const std::int32_t> tags, const TextSpans& sentences) const;
  [[nodiscard]] double score(memory::MatrixView<const float> emissions, std::span<const std::int32_t> tags,
                             const CrfParameters& parameters) const;

  std::int64_t tags_;
  std::int64_t pitch_;  // of transitions_
  std::vector<Member> members_;
  std::vector<double> transitions_;     // (tags, pitch) T
  std::vector<double> transition_exp_;  // (tags, tags) exp(T - maximum)
  std::vector<double> transposed_exp_;  // transposed
  std::vector<double> start_exp_;       // (tags)
  std::vector<double> end_exp_;         // (tags)
  double max_transition_ = 0.0;
  double max_start_ = 0.0;
  double max_end_ = 0.0;
};

}  // namespace wordkin::heads
