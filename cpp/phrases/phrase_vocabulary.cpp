#include "phrases/phrase_vocabulary.h"

#include <stdexcept>
#include <tuple>

namespace wordkin::phrases {
namespace {

void require(bool holds, const char* rule) {
  if (!holds) throw std::invalid_argument(rule);
}

bool is_index(std::int32_t index, std::size_t size) { return index >= 0 && static_cast<std::size_t>(index) < size; }

}  // namespace

PhraseVocabulary::PhraseVocabulary(std::string delimiter, const PhraseState& state)
    : lexicon_(std::move(delimiter), {}) {
  require(state.word_counts.size() == state.words.size(), "word_counts must have one entry per word");
  require(state.gap_last.size() == state.gap_before.size(), "gap_last must have as many entries as gap_before");
  const std::size_t phrases = state.counts.size();
  require(state.first.size() == phrases && state.second.size() == phrases && state.gap.size() == phrases,
          "first, second, gap and counts must have the same length");
  for (const std::string& word : state.words) {
    const std::size_t known = lexicon_.size();
    require(static_cast<std::size_t>(lexicon_.insert(word)) == known, "words must be distinct");
  }
  for (std::size_t i = 0; i < state.gap_before.size(); ++i) {
    require(is_index(state.gap_before[i], i + 1), "gap_before must refer to earlier gaps");
    require(is_index(state.gap_last[i], lexicon_.size()), "gap_last must refer to existing words");
    require(static_cast<std::size_t>(lexicon_.extend(state.gap_before[i], state.gap_last[i])) == i + 1,
            "the gaps must be distinct");
  }
  counts_.reserve_words(lexicon_.size());
  for (std::size_t id = 0; id < state.word_counts.size(); ++id) {
    const std::int64_t count = state.word_counts[id];
    require(count >= 0, "word_counts must not be negative");
    if (count > 0) counts_.add_distinct_words(counts_.add_word(static_cast<WordId>(id), count) ? 1 : 0);
  }
  const std::size_t words = counts_.size();
  for (std::size_t i = 0; i < phrases; ++i) {
    const Phrase phrase{state.first[i], state.second[i], state.gap[i]};
    require(is_index(phrase.first, lexicon_.size()) && is_index(phrase.gap, lexicon_.gaps()) &&
                is_index(phrase.second, lexicon_.size()),
            "first, second and gap must refer to existing words and gaps");
    require(state.counts[i] > 0, "counts must be positive");
    const PhraseKey key = key_of(phrase);
    counts_.table(key.hash).add(key, state.counts[i]);
  }
  require(counts_.size() == words + phrases, "the phrases must be distinct");
  size_ = counts_.distinct_texts(lexicon_);
}

PhraseState PhraseVocabulary::state() const {
  const std::shared_lock lock(mutex_);
  PhraseState state;
  for (std::size_t id = 0; id < lexicon_.size(); ++id) {
    state.words.emplace_back(lexicon_.word(static_cast<WordId>(id)));
    state.word_counts.push_back(id < counts_.word_counts().size() ? counts_.word_counts()[id] : 0);
  }
  for (std::size_t gap = 1; gap < lexicon_.gaps(); ++gap) {
    state.gap_before.push_back(lexicon_.without_last(static_cast<GapId>(gap)));
    state.gap_last.push_back(lexicon_.last_word(static_cast<GapId>(gap)));
  }
  for (const PhraseTable& table : counts_.tables())
    for (const PhraseEntry& entry : table.entries()) {
      state.first.push_back(entry.phrase.first);
      state.second.push_back(entry.phrase.second);
      state.gap.push_back(entry.phrase.gap);
      state.counts.push_back(entry.count);
    }
  return state;
}

bool PhraseVocabulary::merge(PhraseLearner&& learner, std::size_t max_vocabulary, std::int64_t min_reduce) {
  const std::unique_lock lock(mutex_);
  bool is_pruned = false;
  if (counts_.size() == 0) {
    std::tie(lexicon_, counts_) = std::move(learner).take();
  } else {
    counts_.merge(lexicon_, learner.counts(), learner.lexicon());
    is_pruned = counts_.size() > max_vocabulary;
    if (is_pruned) counts_.prune(min_reduce);
  }
  size_ = counts_.distinct_texts(lexicon_);
  return is_pruned;
}

std::size_t PhraseVocabulary::size() const {
  const std::shared_lock lock(mutex_);
  return size_;
}

std::int64_t PhraseVocabulary::count_of(std::string_view text) const {
  const std::shared_lock lock(mutex_);
  return counts_.count_of(lexicon_, text);
}

}  // namespace wordkin::phrases
