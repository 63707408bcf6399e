// Which words of a sentence become phrases: greedily from the left, no word in two phrases.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

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

// Two words of a sentence, and the connector words between them, that may be a phrase.
struct Candidate {
  std::size_t first, last;
  std::uint64_t key;    // the mixed hash of the joined tokens
  bool is_scored;       // its score is computed; false: the set of known phrases decides
  std::int32_t number;  // of a phrase in the set that has a hash like this one's, or PhraseSet::kNone
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
  // after it was told by
  //   void expect(std::int32_t number)
  // which known phrases are likely to come. `room` is memory to be used again for the next sentence.
  template <typename Sink>
  void join(std::span<const Token> sentence, std::vector<Candidate>& buffer, Sink& sink) const;

  // The phrase that all the tokens are, if they are one. Throws what the scorer throws.
  [[nodiscard]] std::optional<Match> match(std::span<const Token> candidate) const;

  // Replaces `text` by the joined tokens.
  void join_text(std::span<const Token> tokens, std::string& text) const;

 private:
  // Whether the set of known phrases does not decide about tokens of which one has bytes of the delimiter.
  [[nodiscard]] bool is_scored(bool has_delimiter) const { return scored_ && (scored_->decides_all || has_delimiter); }
  [[nodiscard]] std::optional<Match> match(std::span<const Token> tokens, std::uint64_t key, bool is_scored) const {
    if (is_scored) return score(tokens, key);
    const std::int32_t number = phrases_->find(key, [&](std::string_view text) { return is_joined(tokens, text); });
    if (number == PhraseSet::kNone) return std::nullopt;
    return Match{phrases_->score(number), number};
  }
  // All that may be phrases, in order, in the first places of `room`.
  std::span<Candidate> find_candidates(std::span<const Token> sentence, std::vector<Candidate>& buffer) const;
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
void Matcher::join(std::span<const Token> sentence, std::vector<Candidate>& buffer, Sink& sink) const {
  const std::span<Candidate> candidates = find_candidates(sentence, buffer);
  for (const Candidate& candidate : candidates) {
    if (candidate.number == PhraseSet::kNone) continue;
    phrases_->prefetch_text(candidate.number);
    sink.expect(candidate.number);
  }
  std::size_t next = 0;  // the first token that the sink does not have
  for (const Candidate& candidate : candidates) {
    const auto [first, last, key, is_scored, number] = candidate;
    if (first < next || (!is_scored && number == PhraseSet::kNone)) continue;
    const auto found = match(sentence.subspan(first, last + 1 - first), key, is_scored);
    if (!found) continue;
    for (; next < first; ++next) sink.add_word(next);
    sink.add_phrase(first, last, *found);
    next = last + 1;
  }
  for (; next < sentence.size(); ++next) sink.add_word(next);
}

}  // namespace wordkin::phrases
