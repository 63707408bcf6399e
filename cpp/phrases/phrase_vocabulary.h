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

#include "phrases/lexicon.h"
#include "phrases/phrase_counts.h"
#include "phrases/phrase_learner.h"
#include "phrases/scoring.h"

namespace wordkin::phrases {

// The joined words of a candidate, with the counts that determine its score.
struct ExportedCandidate {
  std::string text;
  CandidateCounts counts;
};

// All counts as arrays, for files. Phrases refer to words and gaps by index. A word that is counted like a phrase
// because it contains bytes of the delimiter has -1 as its second word.
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
  [[nodiscard]] const std::string& delimiter() const { return lexicon_.delimiter().bytes(); }

  // Adds what was learned. If the vocabulary then exceeds `max_vocabulary` words and phrases, those with a count below
  // `min_reduce` are removed; returns whether this happened.
  bool merge(PhraseLearner&& learner, std::size_t max_vocabulary, std::int64_t min_reduce);

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::int64_t count_of(std::string_view text) const;

  // The counts of a candidate with this mixed hash, whose joined bytes are created by `join(text)`. Either all three
  // counts are positive, or the phrase count is 0.
  template <typename Join>
  [[nodiscard]] CandidateCounts counts_of(std::string_view first, std::string_view second, std::uint64_t hash,
                                          const Join& join) const {
    const std::shared_lock lock(mutex_);
    CandidateCounts counts{0, 0, counts_.count_of_joined(lexicon_, hash, join)};
    if (counts.phrase > 0) counts.first = counts_.count_of(lexicon_, first);
    if (counts.first > 0) counts.second = counts_.count_of(lexicon_, second);
    if (counts.second == 0) counts.phrase = 0;
    return counts;
  }

  // Calls visit(text, count) for every entry of the vocabulary.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    const std::shared_lock lock(mutex_);
    for (std::size_t id = 0; id < counts_.word_counts().size(); ++id)
      if (counts_.word_counts()[id] > 0) visit(lexicon_.word(static_cast<WordId>(id)), counts_.word_counts()[id]);
    std::string text;
    for (const PhraseTable& table : counts_.tables())
      for (const PhraseEntry& entry : table.entries()) {
        lexicon_.join(entry.phrase, text);
        visit(std::string_view(text), entry.count);
      }
  }

  // Calls visit(text, counts) for every entry that consists of at least two words when it is split at the delimiters
  // and whose first and last words are in the vocabulary. `wants(counts)` is called before the text is created. Neither
  // function may use this object.
  template <typename Wants, typename Visit>
  void for_each_candidate(const Wants& wants, const Visit& visit) const;

 private:
  [[nodiscard]] std::int64_t word_count(WordId id) const { return counts_.word_counts()[static_cast<std::size_t>(id)]; }
  [[nodiscard]] CandidateCounts counts_of_split(std::string_view text, std::int64_t count) const;

  mutable std::shared_mutex mutex_;
  Lexicon lexicon_;
  PhraseCounts counts_;
};

template <typename Wants, typename Visit>
void PhraseVocabulary::for_each_candidate(const Wants& wants, const Visit& visit) const {
  const std::shared_lock lock(mutex_);
  std::string text;
  for (const PhraseTable& table : counts_.tables())
    for (const PhraseEntry& entry : table.entries()) {
      const auto& [first, second, gap] = entry.phrase;
      CandidateCounts counts{0, 0, entry.count};
      if (entry.is_ambiguous) {
        lexicon_.join(entry.phrase, text);
        counts = counts_of_split(text, entry.count);
      } else {
        counts.first = word_count(first);
        counts.second = word_count(second);
      }
      if (counts.first == 0 || counts.second == 0 || !wants(counts)) continue;
      if (!entry.is_ambiguous) lexicon_.join(entry.phrase, text);
      visit(std::string_view(text), counts);
    }
}

}  // namespace wordkin::phrases
