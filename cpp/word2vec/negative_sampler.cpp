#include "word2vec/negative_sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

namespace wordkin::word2vec {
namespace {

// Weights relative to the largest one, computed from logarithms: neither counts beyond 2^53 nor extreme exponents
// overflow.
std::vector<double> noise_weights(std::span<const std::int64_t> counts, double exponent) {
  double largest = -std::numeric_limits<double>::infinity();
  for (const auto count : counts)
    if (count > 0) largest = std::max(largest, exponent * std::log(static_cast<double>(count)));
  if (!std::isfinite(largest))
    throw std::invalid_argument("counts must contain a positive count for negative sampling");
  std::vector<double> weights(counts.size(), 0.0);
  for (std::size_t word = 0; word < counts.size(); ++word)
    if (counts[word] > 0) weights[word] = std::exp(exponent * std::log(static_cast<double>(counts[word])) - largest);
  return weights;
}

}  // namespace

NegativeSampler::NegativeSampler(std::span<const std::int64_t> counts, double exponent)
    : table_(noise_weights(counts, exponent)) {}

}  // namespace wordkin::word2vec
