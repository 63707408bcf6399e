// Which words of a sentence become phrases: greedily from the left, no word in two phrases.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "phrases/joined_hash.h"
#include "phrases/phrase_set.h"
#include "phrases/phrase_vocabulary.h"
#include "phrases/scoring.h"
#include "text/word_table.h"

namespace wordkin::phrases {

struct Token {
  text::HashedWord word;
  JoinedHash hash;
  bool has_delimiter;
  bool is_connector;
};

struct Match {
  double score;
  std::int32_t number;  // in the set of known phrases, or PhraseSet::kNone
};

// Where the score of a candidate is computed that the set of known phrases does not decide.
struct ScoredVocabulary {
  std::shared_ptr<const PhraseVocabulary> counts;
  Scorer scorer;
  double threshold;
  bool decides_all;  // false: only candidates of words with bytes of the delimiter in them, which may have been joined
                     // from other words than those at which the known phrase was cut
};

class Matcher {
 public:
  // `phrases` may be null when `scored` decides all.
  Matcher(std::string delimiter, std::span<const std::string> connectors, std::shared_ptr<const PhraseSet> phrases,
          std::optional<ScoredVocabulary> scored);

  [[nodiscard]] const Delimiter& delimiter() const { return delimiter_; }
  [[nodiscard]] const PhraseSet* phrases() const { return phrases_.get(); }

  [[nodiscard]] Token token_of(const text::HashedWord& word) const {
    const bool has_delimiter = delimiter_.occurs_in(word.view());
    return {word, delimiter_.hash_of(word, has_delimiter), has_delimiter,
            connectors_.size() > 0 && connectors_.find(word) != text::kUnknownWord};
  }

  // Gives each token of the sentence to `sink`, in order, by one of
  //   void add_word(std::size_t index)
  //   void add_phrase(std::size_t first, std::size_t last, const Match&)
  template <typename Sink>
  void join(std::span<const Token> sentence, Sink& sink) const;

  // The phrase that all the tokens are, if they are one. Throws what the scorer throws.
  [[nodiscard]] std::optional<Match> match(std::span<const Token> candidate) const;

  // Replaces `text` by the joined tokens.
  void join_text(std::span<const Token> tokens, std::string& text) const;

 private:
  // `hash` is that of the joined tokens.
  [[nodiscard]] std::optional<Match> match(std::span<const Token> candidate, const JoinedHash& hash) const {
    const std::uint64_t key = mixed(hash);
    if (scored_ && (scored_->decides_all || has_delimiter(candidate))) return score(candidate, key);
    const std::int32_t number = phrases_->find(key, [&](std::string_view text) { return is_joined(candidate, text); });
    if (number == PhraseSet::kNone) return std::nullopt;
    return Match{phrases_->score(number), number};
  }
  static bool has_delimiter(std::span<const Token> tokens) {
    for (const Token& token : tokens)
      if (token.has_delimiter) return true;
    return false;
  }
  [[nodiscard]] bool is_joined(std::span<const Token> tokens, std::string_view text) const;
  [[nodiscard]] std::optional<Match> score(std::span<const Token> candidate, std::uint64_t key) const;

  Delimiter delimiter_;
  text::WordTable connectors_;
  std::shared_ptr<const PhraseSet> phrases_;
  std::optional<ScoredVocabulary> scored_;
};

template <typename Sink>
void Matcher::join(std::span<const Token> sentence, Sink& sink) const {
  constexpr auto none = static_cast<std::size_t>(-1);
  std::size_t first = none;  // where the current candidate begins
  JoinedHash head;           // of the candidate so far, with a delimiter behind it
  const auto dissolve = [&](std::size_t end) {
    if (first == none) return;
    for (std::size_t at = first; at < end; ++at) sink.add_word(at);
    first = none;
  };
  for (std::size_t at = 0; at < sentence.size(); ++at) {
    const Token& token = sentence[at];
    if (token.is_connector) {
      if (first == none)
        sink.add_word(at);
      else
        head = head + token.hash + delimiter_.hash();
      continue;
    }
    if (first != none) {
      if (const auto found = match(sentence.subspan(first, at + 1 - first), head + token.hash)) {
        sink.add_phrase(first, at, *found);
        first = none;
        continue;
      }
      dissolve(at);
    }
    if (token.word.length == 0) {  // no phrase begins with an empty word
      sink.add_word(at);
      continue;
    }
    first = at;
    head = token.hash + delimiter_.hash();
  }
  dissolve(sentence.size());
}

}  // namespace wordkin::phrases
