// The counts of everything learned so far, and queries on them. Queries are thread-safe, also while another thread
// merges.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parallel/fork.h"
#include "phrases/lexicon.h"
#include "phrases/phrase_counts.h"
#include "phrases/phrase_learner.h"
#include "phrases/scoring.h"

namespace wordkin::phrases {

// The words of a candidate, with the counts that determine its score.
struct ExportedCandidate {
  JoinedWords words;
  CandidateCounts counts;
};

// All counts as arrays, for files. Phrases refer to words and gaps by index.
struct PhraseState {
  std::vector<std::string> words;
  std::vector<std::int64_t> word_counts;
  std::vector<std::int32_t> gap_before;  // 0: begins after the first word
  std::vector<std::int32_t> gap_last;
  std::vector<std::int32_t> first, second, gap;
  std::vector<std::int64_t> counts;
};

class PhraseVocabulary {
 public:
  explicit PhraseVocabulary(std::string delimiter) : lexicon_(std::move(delimiter), {}) {}
  // Throws std::invalid_argument if the state is inconsistent.
  PhraseVocabulary(std::string delimiter, const PhraseState& state);

  [[nodiscard]] PhraseState state() const;
  [[nodiscard]] const std::string& delimiter() const { return lexicon_.delimiter(); }

  // Adds what was learned. If the vocabulary then exceeds `max_vocabulary` words and phrases, those with a count below
  // `min_reduce` are removed; returns whether this happened.
  bool merge(PhraseLearner&& learner, std::size_t max_vocabulary, std::int64_t min_reduce);

  // Number of distinct texts of words and joined phrases.
  [[nodiscard]] std::size_t size() const;
  // The sum of the counts of the word and of all phrases with this text.
  [[nodiscard]] std::int64_t count_of(std::string_view text) const;

  // The counts of a candidate of two or more words, of which `word_at(index)` returns the bytes. Either all three
  // counts are positive, or the phrase count is 0.
  template <typename WordAt>
  [[nodiscard]] CandidateCounts counts_of(std::size_t words, const WordAt& word_at) const;

  // Calls visit(text, count) for every word and every phrase. Words that contain the delimiter may have the same text
  // as phrases.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    const std::shared_lock lock(mutex_);
    for (std::size_t id = 0; id < counts_.word_counts().size(); ++id)
      if (counts_.word_counts()[id] > 0) visit(lexicon_.word(static_cast<WordId>(id)), counts_.word_counts()[id]);
    JoinedWords joined;
    for (const PhraseTable& table : counts_.tables())
      for (const PhraseEntry& entry : table.entries()) {
        lexicon_.join(entry.phrase, joined);
        visit(std::string_view(joined.text), entry.count);
      }
  }

  // Calls visit(joined words, counts) for every phrase whose first and last words are in the vocabulary.
  // `wants(counts)` is called before the words are joined. Neither function may use this object.
  template <typename Wants, typename Visit>
  void for_each_candidate(const Wants& wants, const Visit& visit) const;

 private:
  mutable parallel::ForkSafeSharedMutex mutex_;
  Lexicon lexicon_;
  PhraseCounts counts_;
  std::size_t size_ = 0;
};

template <typename WordAt>
CandidateCounts PhraseVocabulary::counts_of(std::size_t words, const WordAt& word_at) const {
  constexpr CandidateCounts kNone{0, 0, 0};
  const std::shared_lock lock(mutex_);
  Phrase phrase{lexicon_.find(word_at(0)), kNoWord, kNoGap};
  const std::int64_t first = counts_.word_count(phrase.first);
  if (first == 0) return kNone;
  for (std::size_t at = 1; at + 1 < words; ++at) {
    const WordId word = lexicon_.find(word_at(at));
    phrase.gap = word == kNoWord ? kUnknownGap : lexicon_.find_extended(phrase.gap, word);
    if (phrase.gap == kUnknownGap) return kNone;
  }
  phrase.second = lexicon_.find(word_at(words - 1));
  const std::int64_t second = counts_.word_count(phrase.second);
  if (second == 0) return kNone;
  return {first, second, counts_.phrase_count(phrase)};
}

template <typename Wants, typename Visit>
void PhraseVocabulary::for_each_candidate(const Wants& wants, const Visit& visit) const {
  const std::shared_lock lock(mutex_);
  JoinedWords joined;
  for (const PhraseTable& table : counts_.tables())
    for (const PhraseEntry& entry : table.entries()) {
      const CandidateCounts counts{counts_.word_count(entry.phrase.first), counts_.word_count(entry.phrase.second),
                                   entry.count};
      if (counts.first == 0 || counts.second == 0 || !wants(counts)) continue;
      lexicon_.join(entry.phrase, joined);
      visit(joined, counts);
    }
}

}  // namespace wordkin::phrases
