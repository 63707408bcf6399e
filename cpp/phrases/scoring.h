// How strongly two words belong together, from their counts.
#pragma once

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

// What does not depend on the candidate.
struct ScoringContext {
  double vocabulary_size;
  double min_count;
  double corpus_words;
};

// May throw; a score is a phrase's when !(score <= threshold).
using Scorer = std::function<double(const CandidateCounts&)>;

// Mikolov et al. 2013, "Distributed Representations of Words and Phrases", equation 6, times the vocabulary's size.
inline double discounted_score(const CandidateCounts& counts, const ScoringContext& context) {
  const double product = static_cast<double>(counts.first) * static_cast<double>(counts.second);
  return (static_cast<double>(counts.phrase) - context.min_count) / product * context.vocabulary_size;
}

// Bouma 2009, "Normalized (pointwise) mutual information in collocation extraction": from -1 to 1.
inline double npmi_score(const CandidateCounts& counts, const ScoringContext& context) {
  if (static_cast<double>(counts.phrase) < context.min_count) return -std::numeric_limits<double>::infinity();
  const double first = static_cast<double>(counts.first) / context.corpus_words;
  const double second = static_cast<double>(counts.second) / context.corpus_words;
  const double phrase = static_cast<double>(counts.phrase) / context.corpus_words;
  const double information = -std::log(phrase);
  if (information == 0) return -std::numeric_limits<double>::infinity();  // nothing but the phrase in the corpus
  return std::log(phrase / (first * second)) / information;
}

inline bool passes(double score, double threshold) { return !(score <= threshold); }

}  // namespace wordkin::phrases
