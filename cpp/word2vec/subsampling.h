// Subsampling of frequent words (Mikolov et al. 2013, "Distributed representations of words and phrases", section 2.3,
// with the formula of the published program).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "random/generator.h"

namespace wordkin::word2vec {

// For each word a threshold: an occurrence is kept if 32 random bits do not exceed it. The probability of keeping a
// word is (sqrt(c / t) + 1) * t / c for count c and threshold count t, where t = sample * sum of counts if sample < 1.
// A sample of 1 or more is a count and interpreted as in gensim: t = sample * (3 + sqrt 5) / 2. With sample = 0 all
// words are kept.
class Subsampling {
 public:
  Subsampling(std::span<const std::int64_t> counts, double sample);

  [[nodiscard]] bool keeps(std::int32_t word, std::uint32_t bits) const { return bits <= thresholds_[word]; }
  // Sets `kept` to the words of a sentence that remain; draws one number for each word.
  void subsample(std::span<const std::int32_t> sentence, std::vector<std::int32_t>& kept,
                 random::Generator& generator) const;
  [[nodiscard]] std::span<const std::uint32_t> thresholds() const { return thresholds_; }

 private:
  std::vector<std::uint32_t> thresholds_;
};

}  // namespace wordkin::word2vec
