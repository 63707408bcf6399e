#include "phrases/lexicon.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace wordkin::phrases {

Lexicon::Lexicon(std::string delimiter, std::span<const std::string> connectors, const text::HashSeed& seed)
    : delimiter_(std::move(delimiter)), table_(text::WordTable::kMaxWords, seed), gaps_{{kNoGap, kNoWord}} {
  for (const std::string& connector : connectors) insert(connector);
  connectors_ = static_cast<WordId>(size());
}

GapId Lexicon::extend(GapId gap, WordId word) {
  const auto [entry, is_new] = longer_gaps_.try_emplace(gap_key(gap, word), static_cast<GapId>(gaps_.size()));
  if (is_new) {
    if (gaps_.size() >= std::numeric_limits<GapId>::max()) throw std::length_error("more than 2^31 - 1 distinct gaps");
    gaps_.push_back({gap, word});
  }
  return entry->second;
}

GapId Lexicon::find_extended(GapId gap, WordId word) const {
  const auto entry = longer_gaps_.find(gap_key(gap, word));
  return entry == longer_gaps_.end() ? kUnknownGap : entry->second;
}

void Lexicon::join(const Phrase& phrase, JoinedWords& joined) const {
  joined.clear();
  joined.append(word(phrase.first), delimiter_);
  std::vector<WordId> between;
  for (GapId gap = phrase.gap; gap != kNoGap; gap = without_last(gap)) between.push_back(last_word(gap));
  std::reverse(between.begin(), between.end());
  for (const WordId id : between) joined.append(word(id), delimiter_);
  joined.append(word(phrase.second), delimiter_);
}

}  // namespace wordkin::phrases
