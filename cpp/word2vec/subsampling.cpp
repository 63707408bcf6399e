#include "word2vec/subsampling.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace wordkin::word2vec {

Subsampling::Subsampling(std::span<const std::int64_t> counts, double sample)
    : thresholds_(counts.size(), std::numeric_limits<std::uint32_t>::max()) {
  if (sample == 0.0) return;
  double total = 0.0;
  for (const auto count : counts) total += static_cast<double>(count);
  const double threshold_count = sample < 1.0 ? sample * total : std::floor(sample * (3.0 + std::sqrt(5.0)) / 2.0);
  for (std::size_t word = 0; word < counts.size(); ++word) {
    if (counts[word] <= 0) continue;
    const double share = threshold_count / static_cast<double>(counts[word]);
    const double keep = std::min(std::sqrt(share) + share, 1.0);  // (sqrt(c/t) + 1) * t/c
    thresholds_[word] = static_cast<std::uint32_t>(keep * 4294967295.0);
  }
}

void Subsampling::subsample(std::span<const std::int32_t> sentence, std::vector<std::int32_t>& kept,
                            random::Generator& generator) const {
  kept.resize(sentence.size());
  std::size_t count = 0;
  for (const std::int32_t word : sentence) {
    kept[count] = word;
    count += keeps(word, static_cast<std::uint32_t>(generator.next() >> 32)) ? 1 : 0;
  }
  kept.resize(count);
}

}  // namespace wordkin::word2vec
