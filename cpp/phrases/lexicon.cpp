#include "phrases/lexicon.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace wordkin::phrases {

Lexicon::Lexicon(std::string delimiter, std::span<const std::string> connectors)
    : delimiter_(std::move(delimiter)), has_connectors_(!connectors.empty()) {
  gaps_.push_back({kNoGap, kNoWord, delimiter_.hash(), false});
  for (const std::string& connector : connectors)
    infos_[static_cast<std::size_t>(insert(text::hash_word(connector)))].is_connector = true;
}

void Lexicon::add_info(const text::HashedWord& word) {
  const bool has_delimiter = delimiter_.occurs_in(word.view());
  infos_.push_back({delimiter_.hash_of(word, has_delimiter), has_delimiter, false});
}

GapId Lexicon::extend(GapId gap, WordId word) {
  const std::uint64_t key = (static_cast<std::uint64_t>(gap) << 32) | static_cast<std::uint32_t>(word);
  const auto [entry, is_new] = longer_gaps_.try_emplace(key, static_cast<GapId>(gaps_.size()));
  if (is_new) {
    if (gaps_.size() >= std::numeric_limits<GapId>::max()) throw std::length_error("more than 2^31 - 1 distinct gaps");
    const Gap before = gaps_[static_cast<std::size_t>(gap)];
    gaps_.push_back({gap, word, before.hash + info(word).hash + delimiter_.hash(),
                     before.has_delimiter || info(word).has_delimiter});
  }
  return entry->second;
}

void Lexicon::join(const Phrase& phrase, std::string& text) const {
  text.assign(word(phrase.first));
  if (phrase.second == kNoWord) return;
  std::vector<WordId> between;
  for (GapId gap = phrase.gap; gap != kNoGap; gap = without_last(gap)) between.push_back(last_word(gap));
  std::reverse(between.begin(), between.end());
  between.push_back(phrase.second);
  for (const WordId id : between) {
    text += delimiter_.bytes();
    text += word(id);
  }
}

}  // namespace wordkin::phrases
