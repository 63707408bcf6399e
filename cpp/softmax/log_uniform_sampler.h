// Negative samples for sampled softmax: drawn without replacement from the log-uniform distribution over a vocabulary
// in descending order of frequency (Zipf's law).
//
// q(k) = log((k + 2) / (k + 1)) / log(V + 1): the id is floor(exp(u log(V + 1))) - 1 with u uniform. Words are drawn
// until there are enough distinct ones; the number of tries determines how often each word was expected.
#pragma once

#include <cstdint>

#include "random/generator.h"
#include "softmax/id_set.h"

namespace wordkin::softmax {

class LogUniformSampler {
 public:
  LogUniformSampler() = default;
  // Throws std::invalid_argument unless 1 <= negatives < vocabulary. With as many negatives as words, the sample would
  // be the whole vocabulary; the full softmax is then cheaper and exact.
  LogUniformSampler(std::int64_t vocabulary, std::int64_t negatives);

  // Fills `drawn` with negatives() words and returns the number of tries. The same generator state yields the same
  // words.
  std::int64_t draw(IdSet& drawn, random::Generator generator) const;

  [[nodiscard]] double probability(std::int64_t id) const;
  // log(1 - (1 - q)^tries), the logarithm of the expected count of the word in such a set.
  [[nodiscard]] double log_expected_count(std::int64_t id, std::int64_t tries) const;

  [[nodiscard]] std::int64_t vocabulary() const { return vocabulary_; }
  [[nodiscard]] std::int64_t negatives() const { return negatives_; }

 private:
  std::int64_t vocabulary_ = 0;
  std::int64_t negatives_ = 0;
  double log_range_ = 0.0;  // log(V + 1)
};

}  // namespace wordkin::softmax
