#include "heads/crf.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "memory/round_up.h"

namespace wordkin::heads {
namespace {

using memory::MatrixView;
using parallel::Team;

std::size_t to_index(std::int64_t value) { return static_cast<std::size_t>(value); }

// Writes exp(values - maximum) and returns the maximum.
double shifted_exponentials(double* exponentials, const float* values, std::int64_t count) {
  const auto greatest = static_cast<double>(*std::max_element(values, values + count));
  for (std::int64_t k = 0; k < count; ++k) exponentials[k] = std::exp(static_cast<double>(values[k]) - greatest);
  return greatest;
}

// values: INOUT (count), scaled to sum 1. Returns the sum before scaling.
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

constexpr std::int64_t kBlock = 8;  // tags whose best scores are in registers

// reached: OUT (tags) scores of the best paths that end with each tag of a token. scores: IN (tags) the scores up to
// the preceding token. transitions: IN (tags, pitch).
void extend_paths(double* reached, const double* scores, const double* transitions, std::int64_t pitch,
                  const float* emissions, std::int64_t tags) {
  for (std::int64_t first = 0; first < tags; first += kBlock) {
    double best[kBlock];
    for (std::int64_t j = 0; j < kBlock; ++j) best[j] = scores[0] + transitions[first + j];
    for (std::int64_t i = 1; i < tags; ++i) {
      const double* const from = transitions + i * pitch + first;
      for (std::int64_t j = 0; j < kBlock; ++j) {
        const double score = scores[i] + from[j];
        best[j] = score > best[j] ? score : best[j];
      }
    }
    const std::int64_t count = std::min(kBlock, tags - first);
    for (std::int64_t j = 0; j < count; ++j) reached[first + j] = best[j] + static_cast<double>(emissions[first + j]);
  }
}

// The preceding tag on the best path that ends with a tag. to_tag: IN (tags, pitch) a column of the transitions.
std::int32_t tag_before(const double* scores, const double* to_tag, std::int64_t pitch, std::int64_t tags) {
  std::int64_t tag = 0;
  double best = scores[0] + to_tag[0];
  for (std::int64_t i = 1; i < tags; ++i) {
    const double score = scores[i] + to_tag[i * pitch];
    if (score > best) {
      best = score;
      tag = i;
    }
  }
  return static_cast<std::int32_t>(tag);
}

std::span<const std::int32_t> part(std::span<const std::int32_t> tags, const TextSpans& sentences,
                                   std::int64_t sentence) {
  return tags.subspan(to_index(sentences.begin(sentence)), to_index(sentences.length(sentence)));
}

template <typename T>
MatrixView<T> part(MatrixView<T> rows, const TextSpans& sentences, std::int64_t sentence) {
  return rows.block_of_rows(sentences.begin(sentence), sentences.length(sentence));
}

}  // namespace

Crf::Crf(std::int64_t tags, std::size_t members)
    : tags_(tags),
      pitch_(memory::round_up(tags, kBlock)),
      members_(members),
      transitions_(to_index(tags * pitch_)),
      transition_exp_(to_index(tags * tags)),
      transposed_exp_(to_index(tags * tags)),
      start_exp_(to_index(tags)),
      end_exp_(to_index(tags)) {
  for (auto& member : members_) {
    member.beta.resize(to_index(tags));
    member.reached.resize(to_index(tags));
    member.pairs.resize(to_index(tags * tags));
    member.start.resize(to_index(tags));
    member.end.resize(to_index(tags));
  }
}

void Crf::prepare(std::int64_t longest, const CrfParameters& parameters, Methods methods) {
  for (auto& member : members_) {
    if (std::ssize(member.scales) >= longest) continue;
    member.alpha.resize(to_index(longest * tags_));
    member.emission_exp.resize(to_index(longest * tags_));
    member.scales.resize(to_index(longest));
  }
  const auto& transitions = parameters.transitions;
  for (std::int64_t i = 0; i < tags_; ++i) std::copy_n(transitions.row(i), tags_, transitions_.begin() + i * pitch_);
  if (methods == Methods::kBestPaths) return;
  max_transition_ = static_cast<double>(*std::max_element(transitions.data, transitions.data + tags_ * tags_));
  for (std::int64_t i = 0; i < tags_; ++i)
    for (std::int64_t j = 0; j < tags_; ++j)
      transition_exp_[to_index(i * tags_ + j)] = transposed_exp_[to_index(j * tags_ + i)] =
          std::exp(static_cast<double>(transitions.row(i)[j]) - max_transition_);
  max_start_ = shifted_exponentials(start_exp_.data(), parameters.start.data(), tags_);
  max_end_ = shifted_exponentials(end_exp_.data(), parameters.end.data(), tags_);
}

double Crf::forward(Member& member, MatrixView<const float> emissions) const {
  double log_sum = max_start_ + max_end_;
  for (std::int64_t t = 0; t < emissions.rows; ++t) {
    double* const alpha = member.alpha.data() + t * tags_;
    double* const exponentials = member.emission_exp.data() + t * tags_;
    log_sum += shifted_exponentials(exponentials, emissions.row(t), tags_);
    if (t == 0) {
      std::ranges::copy(start_exp_, alpha);
    } else {
      multiply(alpha, alpha - tags_, transition_exp_.data(), tags_);
      log_sum += max_transition_;
    }
    for (std::int64_t k = 0; k < tags_; ++k) alpha[k] *= exponentials[k];
    member.scales[to_index(t)] = normalize(alpha, tags_);
    log_sum += std::log(member.scales[to_index(t)]);
  }
  const double* const last = member.alpha.data() + (emissions.rows - 1) * tags_;
  return log_sum + std::log(std::inner_product(last, last + tags_, end_exp_.data(), 0.0));
}

template <typename Visit>
void Crf::backward(Member& member, std::int64_t steps, const Visit& visit) const {
  double* const beta = member.beta.data();
  double* const reached = member.reached.data();
  const double* const last = member.alpha.data() + (steps - 1) * tags_;
  const double sum = std::inner_product(last, last + tags_, end_exp_.data(), 0.0);
  for (std::int64_t k = 0; k < tags_; ++k) beta[k] = end_exp_[to_index(k)] / sum;
  for (std::int64_t t = steps - 1; t >= 0; --t) {
    const double* const alpha = member.alpha.data() + t * tags_;
    for (std::int64_t k = 0; k < tags_; ++k) reached[k] = alpha[k] * beta[k];
    visit(t, reached);
    if (t == 0) return;
    const double factor = 1.0 / member.scales[to_index(t)];
    const double* const exponentials = member.emission_exp.data() + t * tags_;
    for (std::int64_t k = 0; k < tags_; ++k) reached[k] = exponentials[k] * beta[k] * factor;
    multiply(beta, reached, transposed_exp_.data(), tags_);
  }
}

double Crf::score(MatrixView<const float> emissions, std::span<const std::int32_t> tags,
                  const CrfParameters& parameters) const {
  double sum = static_cast<double>(parameters.start[to_index(tags.front())]) +
               static_cast<double>(parameters.end[to_index(tags.back())]);
  for (std::int64_t t = 0; t < emissions.rows; ++t) {
    sum += static_cast<double>(emissions.row(t)[tags[to_index(t)]]);
    if (t > 0) sum += static_cast<double>(parameters.transitions.row(tags[to_index(t - 1)])[tags[to_index(t)]]);
  }
  return sum;
}

void Crf::losses(const Team& team, std::span<double> losses, MatrixView<const float> emissions,
                 std::span<const std::int32_t> tags, const CrfParameters& parameters, const TextSpans& sentences) {
  const parallel::Range range = sentences.share(team);
  for (std::int64_t k = range.begin; k < range.end; ++k) {
    losses[to_index(k)] = 0.0;
    if (sentences.length(k) == 0) continue;
    const auto rows = part(emissions, sentences, k);
    losses[to_index(k)] = forward(own(team), rows) - score(rows, part(tags, sentences, k), parameters);
  }
}

void Crf::begin_sums(Member& member) const {
  std::ranges::fill(member.pairs, 0.0);
  std::ranges::fill(member.start, 0.0);
  std::ranges::fill(member.end, 0.0);
}

// After forward: writes the gradients of the emissions and adds the expected counts of the sentence.
void Crf::add_sentence(Member& member, MatrixView<float> d_emissions, float factor,
                       std::span<const std::int32_t> tags) const {
  const auto weight = static_cast<double>(factor);
  const double* const beta = member.beta.data();
  backward(member, d_emissions.rows, [&](std::int64_t t, const double* p) {
    float* const d = d_emissions.row(t);
    for (std::int64_t k = 0; k < tags_; ++k) d[k] = static_cast<float>(weight * p[k]);
    d[tags[to_index(t)]] = static_cast<float>(weight * (p[tags[to_index(t)]] - 1.0));
    if (t == 0)
      for (std::int64_t k = 0; k < tags_; ++k) member.start[to_index(k)] += weight * p[k];
    if (t + 1 == d_emissions.rows)
      for (std::int64_t k = 0; k < tags_; ++k) member.end[to_index(k)] += weight * p[k];
    if (t == 0) return;
    const double* const before = member.alpha.data() + (t - 1) * tags_;
    const double* const exponentials = member.emission_exp.data() + t * tags_;
    const double scaled = weight / member.scales[to_index(t)];
    for (std::int64_t i = 0; i < tags_; ++i) {
      double* const sums = member.pairs.data() + i * tags_;
      const double share = scaled * before[i];
      for (std::int64_t j = 0; j < tags_; ++j) sums[j] += share * (exponentials[j] * beta[j]);
    }
  });
}

// The expected counts minus those of the given tags, divided among members by rows of the transitions.
void Crf::write_gradients(const Team& team, const CrfGradients& gradients, std::span<const float> factors,
                          std::span<const std::int32_t> tags, const TextSpans& sentences) const {
  const parallel::Range rows = team.share(tags_);
  const auto sum_of_members = [&](const auto& of_member) {
    double sum = 0.0;
    for (int member = 0; member < team.size(); ++member) sum += of_member(members_[to_index(member)]);
    return sum;
  };
  for (std::int64_t i = rows.begin; i < rows.end; ++i) {
    gradients.start[to_index(i)] =
        static_cast<float>(sum_of_members([&](const Member& m) { return m.start[to_index(i)]; }));
    gradients.end[to_index(i)] =
        static_cast<float>(sum_of_members([&](const Member& m) { return m.end[to_index(i)]; }));
    for (std::int64_t j = 0; j < tags_; ++j)
      gradients.transitions.row(i)[j] =
          static_cast<float>(transition_exp_[to_index(i * tags_ + j)] *
                             sum_of_members([&](const Member& m) { return m.pairs[to_index(i * tags_ + j)]; }));
  }
  for (std::int64_t k = 0; k < sentences.texts(); ++k) {
    const auto path = part(tags, sentences, k);
    if (path.empty()) continue;
    const auto is_own = [&](std::int32_t tag) { return tag >= rows.begin && tag < rows.end; };
    if (is_own(path.front())) gradients.start[to_index(path.front())] -= factors[to_index(k)];
    if (is_own(path.back())) gradients.end[to_index(path.back())] -= factors[to_index(k)];
    for (std::size_t t = 1; t < path.size(); ++t)
      if (is_own(path[t - 1])) gradients.transitions.row(path[t - 1])[path[t]] -= factors[to_index(k)];
  }
}

void Crf::gradients(Team& team, std::span<double> losses, MatrixView<float> d_emissions, const CrfGradients& gradients,
                    std::span<const float> factors, MatrixView<const float> emissions,
                    std::span<const std::int32_t> tags, const CrfParameters& parameters, const TextSpans& sentences) {
  Member& member = own(team);
  begin_sums(member);
  const parallel::Range range = sentences.share(team);
  for (std::int64_t k = range.begin; k < range.end; ++k) {
    losses[to_index(k)] = 0.0;
    if (sentences.length(k) == 0) continue;
    const auto rows = part(emissions, sentences, k);
    const auto path = part(tags, sentences, k);
    losses[to_index(k)] = forward(member, rows) - score(rows, path, parameters);
    add_sentence(member, part(d_emissions, sentences, k), factors[to_index(k)], path);
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
      best_path(own(team), paths.subspan(to_index(sentences.begin(k)), to_index(sentences.length(k))),
                part(emissions, sentences, k), parameters);
}

void Crf::best_path(Member& member, std::span<std::int32_t> path, MatrixView<const float> emissions,
                    const CrfParameters& parameters) const {
  double* scores = member.alpha.data();
  for (std::int64_t k = 0; k < tags_; ++k)
    scores[k] = static_cast<double>(parameters.start[to_index(k)]) + static_cast<double>(emissions.row(0)[k]);
  for (std::int64_t t = 1; t < emissions.rows; ++t, scores += tags_)
    extend_paths(scores + tags_, scores, transitions_.data(), pitch_, emissions.row(t), tags_);
  for (std::int64_t k = 0; k < tags_; ++k) scores[k] += static_cast<double>(parameters.end[to_index(k)]);
  auto tag = static_cast<std::int32_t>(std::max_element(scores, scores + tags_) - scores);
  // Only the tags on the best path are looked for: to keep the preceding tag on every path would take longer.
  for (std::int64_t t = emissions.rows - 1; t > 0; --t) {
    path[to_index(t)] = tag;
    scores -= tags_;
    tag = tag_before(scores, transitions_.data() + tag, pitch_, tags_);
  }
  path[0] = tag;
}

}  // namespace wordkin::heads
