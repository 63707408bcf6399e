#include "phrases/phrase_counts.h"

namespace wordkin::phrases {

std::size_t PhraseCounts::size() const {
  std::size_t size = distinct_words_;
  for (const PhraseTable& table : tables_) size += table.size();
  return size;
}

std::int64_t PhraseCounts::count_of(const Lexicon& lexicon, std::string_view text) const {
  const text::HashedWord word = text::hash_word(text);
  if (lexicon.delimiter().occurs_in(text))
    return count_of_joined(lexicon, mixed(lexicon.delimiter().hash_of(word, true)),
                           [&](std::string& joined) { joined.assign(text); });
  const WordId id = lexicon.table().find(word);
  return id >= 0 && static_cast<std::size_t>(id) < word_counts_.size() ? word_counts_[static_cast<std::size_t>(id)] : 0;
}

void PhraseCounts::merge(Lexicon& lexicon, const PhraseCounts& others, const Lexicon& other_lexicon) {
  std::vector<WordId> words(other_lexicon.size());
  for (std::size_t id = 0; id < words.size(); ++id)
    words[id] = lexicon.insert(text::hash_word(other_lexicon.word(static_cast<WordId>(id))));
  std::vector<GapId> gaps(other_lexicon.gaps(), kNoGap);
  for (std::size_t id = 1; id < gaps.size(); ++id) {
    const auto gap = static_cast<GapId>(id);
    gaps[id] = lexicon.extend(gaps[static_cast<std::size_t>(other_lexicon.without_last(gap))],
                              words[static_cast<std::size_t>(other_lexicon.last_word(gap))]);
  }
  reserve_words(lexicon.size());
  for (std::size_t id = 0; id < others.word_counts_.size(); ++id)
    if (others.word_counts_[id] > 0) add_distinct_words(add_word(words[id], others.word_counts_[id]) ? 1 : 0);
  for (const PhraseTable& table : others.tables_)
    for (const PhraseEntry& entry : table.entries()) {
      const Phrase& old = entry.phrase;
      const PhraseKey key =
          key_of(lexicon, {words[static_cast<std::size_t>(old.first)],
                           old.second == kNoWord ? kNoWord : words[static_cast<std::size_t>(old.second)],
                           gaps[static_cast<std::size_t>(old.gap)]});
      this->table(key.hash).add(lexicon, key, entry.count);
    }
}

void PhraseCounts::prune(const Lexicon& lexicon, std::int64_t min_count) {
  for (std::int64_t& count : word_counts_) {
    if (count == 0 || count >= min_count) continue;
    count = 0;
    --distinct_words_;
  }
  for (PhraseTable& table : tables_) table.prune(lexicon, min_count);
}

}  // namespace wordkin::phrases
