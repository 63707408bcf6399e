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
  std::int32_t number;  // index of a phrase in the set with a similar hash, or PhraseSet::kNone
};

// Scores candidates by their counts.
struct ScoredVocabulary {
  std::shared_ptr<const PhraseVocabulary> counts;
  Scorer scorer;
  double threshold;
};

class Matcher {
 public:
  // The phrases of a set.
  Matcher(std::span<const std::string> connectors, std::shared_ptr<const PhraseSet> phrases);
  // Each candidate is scored when it occurs.
  Matcher(std::span<const std::string> connectors, ScoredVocabulary scored);

  [[nodiscard]] const Delimiter& delimiter() const { return delimiter_; }
  [[nodiscard]] const text::HashSeed& seed() const { return delimiter_.seed(); }
  // Null if candidates are scored.
  [[nodiscard]] const PhraseSet* phrases() const { return phrases_.get(); }

  // The word must be hashed with the seed of this object.
  [[nodiscard]] Token token_of(const text::HashedWord& word) const {
    return {word, delimiter_.hash_of(word), connectors_.size() > 0 && connectors_.find(word) != text::kUnknownWord};
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
  Matcher(Delimiter delimiter, std::span<const std::string> connectors);

  [[nodiscard]] std::optional<Match> match(std::span<const Token> tokens, std::uint64_t key) const {
    if (scored_) return score(tokens);
    const std::int32_t number = phrases_->find(key, [&](std::int32_t known) { return is_phrase(tokens, known); });
    if (number == PhraseSet::kNone) return std::nullopt;
    return Match{phrases_->score(number), number};
  }
  // Finds all candidates, in order, and stores them at the beginning of `buffer`.
  std::span<Candidate> find_candidates(std::span<const Token> sentence, std::vector<Candidate>& buffer) const;
  // Whether the tokens are the words of a known phrase.
  [[nodiscard]] bool is_phrase(std::span<const Token> tokens, std::int32_t number) const;
  [[nodiscard]] std::optional<Match> score(std::span<const Token> candidate) const;

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
    const auto [first, last, key, number] = candidate;
    if (first < next || (!scored_ && number == PhraseSet::kNone)) continue;
    const auto found = match(sentence.subspan(first, last + 1 - first), key);
    if (!found) continue;
    for (; next < first; ++next) sink.add_word(next);
    sink.add_phrase(first, last, *found);
    next = last + 1;
  }
  for (; next < sentence.size(); ++next) sink.add_word(next);
}

}  // namespace wordkin::phrases
