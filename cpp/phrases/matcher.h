// Finds the phrases in a sentence: greedily from the left, without overlaps.
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
  std::int32_t number;  // index in the set of known phrases, or PhraseSet::kNone
};

// Two words of a sentence, and the connector words between them, that may form a phrase.
struct Candidate {
  std::size_t first, last;
  std::uint64_t key;    // mixed hash of the joined tokens
  bool is_scored;       // true: its score is computed; false: the set of known phrases decides
  std::int32_t number;  // index of a phrase in the set with a similar hash, or PhraseSet::kNone
};

// Vocabulary and scorer for candidates that the set of known phrases cannot decide.
struct ScoredVocabulary {
  std::shared_ptr<const PhraseVocabulary> counts;
  Scorer scorer;
  double threshold;
  // false: only candidates with a word that contains bytes of the delimiter; the known phrase may have been joined from
  // different words
  bool decides_all;
};

class Matcher {
 public:
  // `phrases` may be null if `scored` decides all candidates.
  Matcher(std::string delimiter, std::span<const std::string> connectors, std::shared_ptr<const PhraseSet> phrases,
          std::optional<ScoredVocabulary> scored);

  [[nodiscard]] const Delimiter& delimiter() const { return delimiter_; }
  [[nodiscard]] const PhraseSet* phrases() const { return phrases_.get(); }

  [[nodiscard]] Token token_of(const text::HashedWord& word) const {
    const bool has_delimiter = delimiter_.occurs_in(word.view());
    return {word, delimiter_.hash_of(word, has_delimiter), has_delimiter,
            connectors_.size() > 0 && connectors_.find(word) != text::kUnknownWord};
  }

  // Passes each token of the sentence to `sink`, in order, with one of
  //   void add_word(std::size_t index)
  //   void add_phrase(std::size_t first, std::size_t last, const Match&)
  // Before that,
  //   void expect(std::int32_t number)
  // announces the known phrases that are likely to follow. `buffer` is reused from sentence to sentence.
  template <typename Sink>
  void join(std::span<const Token> sentence, std::vector<Candidate>& buffer, Sink& sink) const;

  // Returns the phrase that all the tokens together form, if any. Throws what the scorer throws.
  [[nodiscard]] std::optional<Match> match(std::span<const Token> candidate) const;

  // Sets `text` to the joined tokens.
  void join_text(std::span<const Token> tokens, std::string& text) const;

 private:
  // Whether a candidate must be scored because the set of known phrases cannot decide it; `has_delimiter`: a token
  // contains bytes of the delimiter.
  [[nodiscard]] bool is_scored(bool has_delimiter) const { return scored_ && (scored_->decides_all || has_delimiter); }
  [[nodiscard]] std::optional<Match> match(std::span<const Token> tokens, std::uint64_t key, bool is_scored) const {
    if (is_scored) return score(tokens, key);
    const std::int32_t number = phrases_->find(key, [&](std::string_view text) { return is_joined(tokens, text); });
    if (number == PhraseSet::kNone) return std::nullopt;
    return Match{phrases_->score(number), number};
  }
  // Finds all candidates, in order, and stores them at the beginning of `buffer`.
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
  std::size_t next = 0;  // the first token that has not been passed to the sink
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
