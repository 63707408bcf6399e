#include "softmax/log_uniform_sampler.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace wordkin::softmax {

LogUniformSampler::LogUniformSampler(std::int64_t vocabulary, std::int64_t negatives)
    : vocabulary_(vocabulary), negatives_(negatives), log_range_(std::log1p(static_cast<double>(vocabulary))) {
  if (negatives < 1 || negatives >= vocabulary)
    throw std::invalid_argument("negatives must be at least 1 and below the number of words, " +
                                std::to_string(vocabulary) + ", got " + std::to_string(negatives));
}

std::int64_t LogUniformSampler::draw(IdSet& drawn, random::Generator generator) const {
  drawn.clear();
  std::int64_t tries = 0;
  for (std::int64_t found = 0; found < negatives_; ++tries) {
    const auto rank = static_cast<std::int64_t>(std::exp(generator.uniform() * log_range_));
    // Rounding of exp may exceed the range.
    const std::int64_t id = std::clamp<std::int64_t>(rank - 1, 0, vocabulary_ - 1);
    if (drawn.insert(id)) ++found;
  }
  return tries;
}

double LogUniformSampler::probability(std::int64_t id) const {
  return std::log1p(1.0 / static_cast<double>(id + 1)) / log_range_;
}

double LogUniformSampler::log_expected_count(std::int64_t id, std::int64_t tries) const {
  return std::log(-std::expm1(static_cast<double>(tries) * std::log1p(-probability(id))));
}

}  // namespace wordkin::softmax
