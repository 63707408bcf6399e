#include "phrases/phrase_counts.h"

#include <algorithm>
#include <utility>

namespace wordkin::phrases {
namespace {

// A word (without a second word) or a phrase, and a hash of its text.
using HashedText = std::pair<std::uint64_t, Phrase>;

// Which words contain the delimiter. Whether a phrase contains one of them decides whether other words may join to the
// same text.
class DelimiterSearch {
 public:
  explicit DelimiterSearch(const Lexicon& lexicon) : lexicon_(lexicon), in_words_(lexicon.size()) {
    // A word that begins or ends with a part of a longer delimiter can complete it at the seam.
    const std::string& delimiter = lexicon.delimiter();
    for (std::size_t id = 0; id < in_words_.size(); ++id)
      in_words_[id] =
          delimiter.empty() || lexicon.word(static_cast<WordId>(id)).find_first_of(delimiter) != std::string_view::npos;
    found_ = std::find(in_words_.begin(), in_words_.end(), true) != in_words_.end();
  }

  [[nodiscard]] bool found() const { return found_; }
  [[nodiscard]] bool in_word(WordId id) const { return in_words_[static_cast<std::size_t>(id)]; }
  [[nodiscard]] bool in_phrase(const Phrase& phrase) const {
    if (in_word(phrase.first) || in_word(phrase.second)) return true;
    for (GapId gap = phrase.gap; gap != kNoGap; gap = lexicon_.without_last(gap))
      if (in_word(lexicon_.last_word(gap))) return true;
    return false;
  }

 private:
  const Lexicon& lexicon_;
  std::vector<bool> in_words_;
  bool found_;
};

void set_text(const Lexicon& lexicon, const Phrase& phrase, JoinedWords& joined) {
  if (phrase.second == kNoWord)
    joined.text = lexicon.word(phrase.first);
  else
    lexicon.join(phrase, joined);
}

}  // namespace

std::size_t PhraseCounts::size() const {
  std::size_t size = distinct_words_;
  for (const PhraseTable& table : tables_) size += table.size();
  return size;
}

std::size_t PhraseCounts::distinct_texts(const Lexicon& lexicon) const {
  const DelimiterSearch delimiter(lexicon);
  if (!delimiter.found()) return size();
  JoinedWords joined;
  std::vector<HashedText> ambiguous;
  const auto add = [&](const Phrase& phrase) {
    set_text(lexicon, phrase, joined);
    ambiguous.emplace_back(text::hash_word(joined.text, lexicon.table().seed()).key, phrase);
  };
  for (std::size_t id = 0; id < word_counts_.size(); ++id)
    if (word_counts_[id] > 0 && delimiter.in_word(static_cast<WordId>(id))) add({static_cast<WordId>(id)});
  for (const PhraseTable& table : tables_)
    for (const PhraseEntry& entry : table.entries())
      if (delimiter.in_phrase(entry.phrase)) add(entry.phrase);
  std::sort(ambiguous.begin(), ambiguous.end(),
            [](const HashedText& a, const HashedText& b) { return a.first < b.first; });

  std::size_t repeated = 0;
  JoinedWords earlier;
  for (std::size_t i = 0, begin = 0; i < ambiguous.size(); ++i) {
    if (ambiguous[i].first != ambiguous[begin].first) begin = i;
    set_text(lexicon, ambiguous[i].second, joined);
    bool is_repeated = false;
    for (std::size_t k = begin; k < i && !is_repeated; ++k) {
      set_text(lexicon, ambiguous[k].second, earlier);
      is_repeated = earlier.text == joined.text;
    }
    if (!is_repeated)
      lexicon.for_each_split(joined.text, [&](const Phrase& phrase) {
        is_repeated = is_repeated || (!delimiter.in_phrase(phrase) && phrase_count(phrase) > 0);
      });
    repeated += is_repeated ? 1 : 0;
  }
  return size() - repeated;
}

std::int64_t PhraseCounts::count_of(const Lexicon& lexicon, std::string_view text) const {
  std::int64_t count = word_count(lexicon.find(text));
  lexicon.for_each_split(text, [&](const Phrase& phrase) { count += phrase_count(phrase); });
  return count;
}

void PhraseCounts::merge(Lexicon& lexicon, const PhraseCounts& others, const Lexicon& other_lexicon) {
  std::vector<WordId> words(other_lexicon.size());
  for (std::size_t id = 0; id < words.size(); ++id)
    words[id] = lexicon.insert(other_lexicon.word(static_cast<WordId>(id)));
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
      const auto& [first, second, gap] = entry.phrase;
      const PhraseKey key = key_of({words[static_cast<std::size_t>(first)], words[static_cast<std::size_t>(second)],
                                    gaps[static_cast<std::size_t>(gap)]});
      this->table(key.hash).add(key, entry.count);
    }
}

void PhraseCounts::prune(std::int64_t min_count) {
  for (std::int64_t& count : word_counts_) {
    if (count == 0 || count >= min_count) continue;
    count = 0;
    --distinct_words_;
  }
  for (PhraseTable& table : tables_) table.prune(min_count);
}

}  // namespace wordkin::phrases
