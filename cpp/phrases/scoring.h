// Collocation scores of two words, computed from their counts.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>

namespace wordkin::phrases {

struct CandidateCounts {
  std::int64_t first;
  std::int64_t second;
  std::int64_t phrase;
};

// Quantities that are the same for all candidates.
struct ScoringContext {
  double vocabulary_size;
  double min_count;
  double corpus_words;
};

// May throw. A candidate is a phrase if !(score <= threshold).
using Scorer = std::function<double(const CandidateCounts&)>;

// Mikolov et al. 2013, "Distributed Representations of Words and Phrases", equation 6, times the vocabulary size.
inline double discounted_score(const CandidateCounts& counts, const ScoringContext& context) {
  const double product = static_cast<double>(counts.first) * static_cast<double>(counts.second);
  return (static_cast<double>(counts.phrase) - context.min_count) / product * context.vocabulary_size;
}

// Bouma 2009, "Normalized (pointwise) mutual information in collocation extraction"; between -1 and 1.
inline double npmi_score(const CandidateCounts& counts, const ScoringContext& context) {
  if (static_cast<double>(counts.phrase) < context.min_count || context.corpus_words == 0)
    return -std::numeric_limits<double>::infinity();
  const double first = static_cast<double>(counts.first) / context.corpus_words;
  const double second = static_cast<double>(counts.second) / context.corpus_words;
  const double phrase = static_cast<double>(counts.phrase) / context.corpus_words;
  const double information = -std::log(phrase);
  if (information == 0) return -std::numeric_limits<double>::infinity();  // the corpus consists of the phrase only
  return std::clamp(std::log(phrase / (first * second)) / information, -1.0, 1.0);  // rounding may exceed the limits
}

inline bool passes(double score, double threshold) { return !(score <= threshold); }

}  // namespace wordkin::phrases
