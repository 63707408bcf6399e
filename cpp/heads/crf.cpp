#include "heads/crf.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace wordkin::heads {
namespace {

using memory::MatrixView;
using parallel::Team;

std::size_t place(std::int64_t index) { return static_cast<std::size_t>(index); }

// exp(values - the greatest), which is returned.
double shifted_powers(double* powers, const float* values, std::int64_t count) {
  const auto greatest = static_cast<double>(*std::max_element(values, values + count));
  for (std::int64_t k = 0; k < count; ++k) powers[k] = std::exp(static_cast<double>(values[k]) - greatest);
  return greatest;
}

// values: INOUT (count), then of sum 1. Returns what they were divided by.
double normalize(double* values, std::int64_t count) {
  const double sum = std::accumulate(values, values + count, 0.0);
  const double factor = 1.0 / sum;
  for (std::int64_t k = 0; k < count; ++k) values[k] *= factor;
  return sum;
}

// result: OUT (tags) = vector (tags) times matrix (tags, tags).
void multiply(double* result, const double* vector, const double* matrix, std::int64_t tags) {
  std::fill_n(result, tags, 0.0);
  for (std::int64_t i = 0; i < tags; ++i)
    for (std::int64_t j = 0; j < tags; ++j) result[j] += vector[i] * matrix[i * tags + j];
}

// reached: OUT (tags) scores of the best paths that end with a token's tag. before: OUT (tags) the tag before in each.
// scores: IN (tags) the same up to the token before.
void extend_paths(double* reached, std::int32_t* before, const double* scores, MatrixView<const float> transitions,
                  const float* emissions) {
  const std::int64_t tags = transitions.columns;
  for (std::int64_t i = 0; i < tags; ++i) {
    const float* const from = transitions.row(i);
    for (std::int64_t j = 0; j < tags; ++j) {
      const double score = scores[i] + static_cast<double>(from[j]);
      const bool is_better = i == 0 || score > reached[j];
      reached[j] = is_better ? score : reached[j];
      before[j] = is_better ? static_cast<std::int32_t>(i) : before[j];
    }
  }
  for (std::int64_t j = 0; j < tags; ++j) reached[j] += static_cast<double>(emissions[j]);
}

std::span<const std::int32_t> part(std::span<const std::int32_t> tags, const TextSpans& sentences,
                                   std::int64_t sentence) {
  return tags.subspan(place(sentences.begin(sentence)), place(sentences.length(sentence)));
}

template <typename T>
MatrixView<T> part(MatrixView<T> rows, const TextSpans& sentences, std::int64_t sentence) {
  return rows.block_of_rows(sentences.begin(sentence), sentences.length(sentence));
}

}  // namespace

Crf::Crf(std::int64_t tags, std::size_t members)
    : tags_(tags),
      members_(members),
      powers_(place(tags * tags)),
      powers_back_(place(tags * tags)),
      start_powers_(place(tags)),
      end_powers_(place(tags)) {
  for (auto& member : members_) {
    member.beta.resize(place(tags));
    member.reached.resize(place(tags));
    member.pairs.resize(place(tags * tags));
    member.start.resize(place(tags));
    member.end.resize(place(tags));
  }
}

void Crf::prepare(std::int64_t longest, const CrfParameters& parameters) {
  for (auto& member : members_) {
    if (std::ssize(member.scales) >= longest) continue;
    member.alpha.resize(place(longest * tags_));
    member.powers.resize(place(longest * tags_));
    member.before.resize(place(longest * tags_));
    member.scales.resize(place(longest));
  }
  const auto& transitions = parameters.transitions;
  greatest_transition_ = static_cast<double>(*std::max_element(transitions.data, transitions.data + tags_ * tags_));
  for (std::int64_t i = 0; i < tags_; ++i)
    for (std::int64_t j = 0; j < tags_; ++j)
      powers_[place(i * tags_ + j)] = powers_back_[place(j * tags_ + i)] =
          std::exp(static_cast<double>(transitions.row(i)[j]) - greatest_transition_);
  greatest_start_ = shifted_powers(start_powers_.data(), parameters.start.data(), tags_);
  greatest_end_ = shifted_powers(end_powers_.data(), parameters.end.data(), tags_);
}

double Crf::forward(Member& member, MatrixView<const float> emissions) const {
  double log_sum = greatest_start_ + greatest_end_;
  for (std::int64_t t = 0; t < emissions.rows; ++t) {
    double* const alpha = member.alpha.data() + t * tags_;
    double* const powers = member.powers.data() + t * tags_;
    log_sum += shifted_powers(powers, emissions.row(t), tags_);
    if (t == 0) {
      std::ranges::copy(start_powers_, alpha);
    } else {
      multiply(alpha, alpha - tags_, powers_.data(), tags_);
      log_sum += greatest_transition_;
    }
    for (std::int64_t k = 0; k < tags_; ++k) alpha[k] *= powers[k];
    member.scales[place(t)] = normalize(alpha, tags_);
    log_sum += std::log(member.scales[place(t)]);
  }
  const double* const last = member.alpha.data() + (emissions.rows - 1) * tags_;
  return log_sum + std::log(std::inner_product(last, last + tags_, end_powers_.data(), 0.0));
}

template <typename Visit>
void Crf::backward(Member& member, std::int64_t steps, const Visit& visit) const {
  double* const beta = member.beta.data();
  double* const reached = member.reached.data();
  const double* const last = member.alpha.data() + (steps - 1) * tags_;
  const double sum = std::inner_product(last, last + tags_, end_powers_.data(), 0.0);
  for (std::int64_t k = 0; k < tags_; ++k) beta[k] = end_powers_[place(k)] / sum;
  for (std::int64_t t = steps - 1; t >= 0; --t) {
    const double* const alpha = member.alpha.data() + t * tags_;
    for (std::int64_t k = 0; k < tags_; ++k) reached[k] = alpha[k] * beta[k];
    visit(t, reached);
    if (t == 0) return;
    const double factor = 1.0 / member.scales[place(t)];
    const double* const powers = member.powers.data() + t * tags_;
    for (std::int64_t k = 0; k < tags_; ++k) reached[k] = powers[k] * beta[k] * factor;
    multiply(beta, reached, powers_back_.data(), tags_);
  }
}

double Crf::score(MatrixView<const float> emissions, std::span<const std::int32_t> tags,
                  const CrfParameters& parameters) const {
  double sum = static_cast<double>(parameters.start[place(tags.front())]) +
               static_cast<double>(parameters.end[place(tags.back())]);
  for (std::int64_t t = 0; t < emissions.rows; ++t) {
    sum += static_cast<double>(emissions.row(t)[tags[place(t)]]);
    if (t > 0) sum += static_cast<double>(parameters.transitions.row(tags[place(t - 1)])[tags[place(t)]]);
  }
  return sum;
}

void Crf::losses(const Team& team, std::span<double> losses, MatrixView<const float> emissions,
                 std::span<const std::int32_t> tags, const CrfParameters& parameters, const TextSpans& sentences) {
  const parallel::Range range = sentences.share(team);
  for (std::int64_t k = range.begin; k < range.end; ++k) {
    losses[place(k)] = 0.0;
    if (sentences.length(k) == 0) continue;
    const auto rows = part(emissions, sentences, k);
    losses[place(k)] = forward(own(team), rows) - score(rows, part(tags, sentences, k), parameters);
  }
}

void Crf::begin_sums(Member& member) const {
  std::ranges::fill(member.pairs, 0.0);
  std::ranges::fill(member.start, 0.0);
  std::ranges::fill(member.end, 0.0);
}

// Behind forward: the gradients of the emissions, and what the sentence adds to the expected counts.
void Crf::add_sentence(Member& member, MatrixView<float> d_emissions, float factor,
                       std::span<const std::int32_t> tags) const {
  const auto weight = static_cast<double>(factor);
  const double* const beta = member.beta.data();
  backward(member, d_emissions.rows, [&](std::int64_t t, const double* p) {
    float* const d = d_emissions.row(t);
    for (std::int64_t k = 0; k < tags_; ++k) d[k] = static_cast<float>(weight * p[k]);
    d[tags[place(t)]] = static_cast<float>(weight * (p[tags[place(t)]] - 1.0));
    if (t == 0)
      for (std::int64_t k = 0; k < tags_; ++k) member.start[place(k)] += weight * p[k];
    if (t + 1 == d_emissions.rows)
      for (std::int64_t k = 0; k < tags_; ++k) member.end[place(k)] += weight * p[k];
    if (t == 0) return;
    const double* const before = member.alpha.data() + (t - 1) * tags_;
    const double* const powers = member.powers.data() + t * tags_;
    const double scaled = weight / member.scales[place(t)];
    for (std::int64_t i = 0; i < tags_; ++i) {
      double* const sums = member.pairs.data() + i * tags_;
      const double share = scaled * before[i];
      for (std::int64_t j = 0; j < tags_; ++j) sums[j] += share * (powers[j] * beta[j]);
    }
  });
}

// Expected counts less those of the tags given, by rows of the transitions.
void Crf::write_gradients(const Team& team, const CrfGradients& gradients, std::span<const float> factors,
                          std::span<const std::int32_t> tags, const TextSpans& sentences) const {
  const parallel::Range rows = team.share(tags_);
  const auto sum_of_members = [&](const auto& of_member) {
    double sum = 0.0;
    for (int member = 0; member < team.size(); ++member) sum += of_member(members_[place(member)]);
    return sum;
  };
  for (std::int64_t i = rows.begin; i < rows.end; ++i) {
    gradients.start[place(i)] = static_cast<float>(sum_of_members([&](const Member& m) { return m.start[place(i)]; }));
    gradients.end[place(i)] = static_cast<float>(sum_of_members([&](const Member& m) { return m.end[place(i)]; }));
    for (std::int64_t j = 0; j < tags_; ++j)
      gradients.transitions.row(i)[j] =
          static_cast<float>(powers_[place(i * tags_ + j)] *
                             sum_of_members([&](const Member& m) { return m.pairs[place(i * tags_ + j)]; }));
  }
  for (std::int64_t k = 0; k < sentences.texts(); ++k) {
    const auto path = part(tags, sentences, k);
    if (path.empty()) continue;
    const auto is_own = [&](std::int32_t tag) { return tag >= rows.begin && tag < rows.end; };
    if (is_own(path.front())) gradients.start[place(path.front())] -= factors[place(k)];
    if (is_own(path.back())) gradients.end[place(path.back())] -= factors[place(k)];
    for (std::size_t t = 1; t < path.size(); ++t)
      if (is_own(path[t - 1])) gradients.transitions.row(path[t - 1])[path[t]] -= factors[place(k)];
  }
}

void Crf::gradients(Team& team, std::span<double> losses, MatrixView<float> d_emissions, const CrfGradients& gradients,
                    std::span<const float> factors, MatrixView<const float> emissions,
                    std::span<const std::int32_t> tags, const CrfParameters& parameters, const TextSpans& sentences) {
  Member& member = own(team);
  begin_sums(member);
  const parallel::Range range = sentences.share(team);
  for (std::int64_t k = range.begin; k < range.end; ++k) {
    losses[place(k)] = 0.0;
    if (sentences.length(k) == 0) continue;
    const auto rows = part(emissions, sentences, k);
    const auto path = part(tags, sentences, k);
    losses[place(k)] = forward(member, rows) - score(rows, path, parameters);
    add_sentence(member, part(d_emissions, sentences, k), factors[place(k)], path);
  }
  team.barrier();
  write_gradients(team, gradients, factors, tags, sentences);
}

void Crf::marginals(const Team& team, MatrixView<float> probabilities, MatrixView<const float> emissions,
                    const TextSpans& sentences) {
  Member& member = own(team);
  const parallel::Range range = sentences.share(team);
  for (std::int64_t k = range.begin; k < range.end; ++k) {
    if (sentences.length(k) == 0) continue;
    static_cast<void>(forward(member, part(emissions, sentences, k)));
    const auto rows = part(probabilities, sentences, k);
    backward(member, rows.rows, [&](std::int64_t t, const double* p) {
      for (std::int64_t tag = 0; tag < tags_; ++tag) rows.row(t)[tag] = static_cast<float>(p[tag]);
    });
  }
}

void Crf::best_paths(const Team& team, std::span<std::int32_t> paths, MatrixView<const float> emissions,
                     const CrfParameters& parameters, const TextSpans& sentences) {
  const parallel::Range range = sentences.share(team);
  for (std::int64_t k = range.begin; k < range.end; ++k)
    if (sentences.length(k) > 0)
      best_path(own(team), paths.subspan(place(sentences.begin(k)), place(sentences.length(k))),
                part(emissions, sentences, k), parameters);
}

void Crf::best_path(Member& member, std::span<std::int32_t> path, MatrixView<const float> emissions,
                    const CrfParameters& parameters) const {
  double* scores = member.beta.data();
  double* reached = member.reached.data();
  for (std::int64_t k = 0; k < tags_; ++k)
    scores[k] = static_cast<double>(parameters.start[place(k)]) + static_cast<double>(emissions.row(0)[k]);
  for (std::int64_t t = 1; t < emissions.rows; ++t) {
    extend_paths(reached, member.before.data() + t * tags_, scores, parameters.transitions, emissions.row(t));
    std::swap(scores, reached);
  }
  for (std::int64_t k = 0; k < tags_; ++k) scores[k] += static_cast<double>(parameters.end[place(k)]);
  auto tag = static_cast<std::int32_t>(std::max_element(scores, scores + tags_) - scores);
  for (std::int64_t t = emissions.rows - 1; t >= 0; --t) {
    path[place(t)] = tag;
    if (t > 0) tag = member.before[place(t * tags_ + tag)];
  }
}

}  // namespace wordkin::heads
