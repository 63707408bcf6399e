// The words of a corpus as ids, and the gaps: sequences of connector words between the two ends of a phrase.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "phrases/joined_words.h"
#include "text/word_table.h"

namespace wordkin::phrases {

using WordId = std::int32_t;
using GapId = std::int32_t;
inline constexpr WordId kNoWord = -1;
inline constexpr GapId kNoGap = 0;  // the ends are adjacent
inline constexpr GapId kUnknownGap = -1;

// A phrase as it occurs in text.
struct Phrase {
  WordId first = kNoWord;
  WordId second = kNoWord;
  GapId gap = kNoGap;

  friend bool operator==(const Phrase&, const Phrase&) = default;
};

class Lexicon {
 public:
  Lexicon(std::string delimiter, std::span<const std::string> connectors,
          const text::HashSeed& seed = text::HashSeed::random());

  [[nodiscard]] const std::string& delimiter() const { return delimiter_; }
  [[nodiscard]] std::size_t size() const { return table_.size(); }
  [[nodiscard]] const text::WordTable& table() const { return table_; }
  [[nodiscard]] std::string_view word(WordId id) const { return table_.word(id); }

  WordId insert(const text::HashedWord& word) { return table_.insert(word); }
  WordId insert(std::string_view word) { return table_.insert(word); }
  [[nodiscard]] WordId find(std::string_view word) const { return table_.find(word); }

  // Connector words have the first ids.
  [[nodiscard]] bool is_connector(WordId id) const { return id < connectors_; }

  // Returns the gap extended by one word.
  GapId extend(GapId gap, WordId word);
  // The same, or kUnknownGap if extend() has not returned it yet.
  [[nodiscard]] GapId find_extended(GapId gap, WordId word) const;
  [[nodiscard]] std::size_t gaps() const { return gaps_.size(); }
  // The last word of a gap other than kNoGap, and the gap without it, whose id is smaller.
  [[nodiscard]] WordId last_word(GapId gap) const { return gaps_[static_cast<std::size_t>(gap)].last; }
  [[nodiscard]] GapId without_last(GapId gap) const { return gaps_[static_cast<std::size_t>(gap)].before; }

  // Sets `joined` to the words of the phrase.
  void join(const Phrase& phrase, JoinedWords& joined) const;

  // Calls visit(phrase) for each phrase of known words whose joined text is `text`. Different words may join to one
  // text if they contain the delimiter.
  template <typename Visit>
  void for_each_split(std::string_view text, const Visit& visit) const {
    for (std::size_t at = 0; (at = text.find(delimiter_, at)) != std::string_view::npos; ++at) {
      const WordId first = find(text.substr(0, at));
      if (first != kNoWord) for_each_tail(text.substr(at + delimiter_.size()), {first, kNoWord, kNoGap}, visit);
    }
  }

 private:
  struct Gap {
    GapId before;
    WordId last;
  };

  static std::uint64_t gap_key(GapId gap, WordId word) {
    return (static_cast<std::uint64_t>(gap) << 32) | static_cast<std::uint32_t>(word);
  }

  // Splits the text after the first words of a phrase.
  template <typename Visit>
  void for_each_tail(std::string_view text, const Phrase& head, const Visit& visit) const {
    const WordId second = find(text);
    if (second != kNoWord) visit(Phrase{head.first, second, head.gap});
    if (gaps_.size() == 1) return;
    for (std::size_t at = 0; (at = text.find(delimiter_, at)) != std::string_view::npos; ++at) {
      const WordId word = find(text.substr(0, at));
      const GapId gap = word == kNoWord ? kUnknownGap : find_extended(head.gap, word);
      if (gap != kUnknownGap) for_each_tail(text.substr(at + delimiter_.size()), {head.first, kNoWord, gap}, visit);
    }
  }

  std::string delimiter_;
  text::WordTable table_;
  WordId connectors_;
  std::vector<Gap> gaps_;
  std::unordered_map<std::uint64_t, GapId> longer_gaps_;
};

}  // namespace wordkin::phrases
