// The words of a corpus with the properties that phrase counting needs, and the gaps: sequences of connector words
// between the two ends of a phrase.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "phrases/joined_hash.h"
#include "text/word_table.h"

namespace wordkin::phrases {

using WordId = std::int32_t;
using GapId = std::int32_t;
inline constexpr WordId kNoWord = -1;
inline constexpr GapId kNoGap = 0;  // the ends are adjacent

struct WordInfo {
  JoinedHash hash;
  bool has_delimiter = false;
  bool is_connector = false;
};

// A phrase as it occurs in text. A single word has no second word.
struct Phrase {
  WordId first = kNoWord;
  WordId second = kNoWord;
  GapId gap = kNoGap;

  friend bool operator==(const Phrase&, const Phrase&) = default;
};

class Lexicon {
 public:
  Lexicon(std::string delimiter, std::span<const std::string> connectors);

  [[nodiscard]] const Delimiter& delimiter() const { return delimiter_; }
  [[nodiscard]] std::size_t size() const { return infos_.size(); }
  [[nodiscard]] const text::WordTable& table() const { return table_; }
  [[nodiscard]] const WordInfo& info(WordId id) const { return infos_[static_cast<std::size_t>(id)]; }
  [[nodiscard]] std::string_view word(WordId id) const { return table_.word(id); }

  WordId insert(const text::HashedWord& word) {
    const WordId id = table_.insert(word);
    if (static_cast<std::size_t>(id) == infos_.size()) add_info(word);
    return id;
  }

  [[nodiscard]] bool has_connectors() const { return has_connectors_; }

  // Returns the gap extended by one word.
  GapId extend(GapId gap, WordId word);
  [[nodiscard]] std::size_t gaps() const { return gaps_.size(); }
  // The last word of a gap other than kNoGap, and the gap without it, whose id is smaller.
  [[nodiscard]] WordId last_word(GapId gap) const { return gaps_[static_cast<std::size_t>(gap)].last; }
  [[nodiscard]] GapId without_last(GapId gap) const { return gaps_[static_cast<std::size_t>(gap)].before; }

  [[nodiscard]] JoinedHash hash_of(const Phrase& phrase) const {
    const JoinedHash& first = info(phrase.first).hash;
    if (phrase.second == kNoWord) return first;
    return first + tail_hash(phrase.gap) + info(phrase.second).hash;
  }
  // Hash of the words of a gap with all delimiters around them.
  [[nodiscard]] const JoinedHash& tail_hash(GapId gap) const { return gaps_[static_cast<std::size_t>(gap)].hash; }
  [[nodiscard]] bool gap_has_delimiter(GapId gap) const { return gaps_[static_cast<std::size_t>(gap)].has_delimiter; }

  // Whether the joined bytes may also result from other words.
  [[nodiscard]] bool is_ambiguous(const Phrase& phrase) const {
    return info(phrase.first).has_delimiter ||
           (phrase.second != kNoWord && (info(phrase.second).has_delimiter || gap_has_delimiter(phrase.gap)));
  }
  // Sets `text` to the joined bytes.
  void join(const Phrase& phrase, std::string& text) const;

 private:
  struct Gap {
    GapId before;
    WordId last;
    JoinedHash hash;
    bool has_delimiter;
  };

  void add_info(const text::HashedWord& word);

  Delimiter delimiter_;
  text::WordTable table_;
  std::vector<WordInfo> infos_;
  std::vector<Gap> gaps_;
  std::unordered_map<std::uint64_t, GapId> longer_gaps_;
  bool has_connectors_;
};

}  // namespace wordkin::phrases
