// Counts of words and phrases. The phrases are distributed over a fixed number of tables by their hash, so that several
// threads can count one text while each table still receives its phrases in the order of the text: the result does not
// depend on the number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "phrases/lexicon.h"
#include "phrases/phrase_table.h"

namespace wordkin::phrases {

class PhraseCounts {
 public:
  static constexpr std::size_t kTables = 16;
  static std::size_t table_of(std::uint64_t hash) { return hash >> 60; }

  explicit PhraseCounts(const text::HashSeed& seed = text::HashSeed::random()) : tables_(kTables, PhraseTable(seed)) {}

  // Number of distinct words and phrases.
  [[nodiscard]] std::size_t size() const;
  // Number of distinct texts of words and joined phrases, some of which may have the same text.
  [[nodiscard]] std::size_t distinct_texts(const Lexicon& lexicon) const;

  [[nodiscard]] std::span<const PhraseTable> tables() const { return tables_; }
  [[nodiscard]] std::span<const std::int64_t> word_counts() const { return word_counts_; }

  void reserve_words(std::size_t words) {
    if (words > word_counts_.size()) word_counts_.resize(words, 0);
  }
  // Returns true if the word is new.
  bool add_word(WordId id, std::int64_t count) {
    std::int64_t& total = word_counts_[static_cast<std::size_t>(id)];
    total += count;
    return total == count;
  }
  void add_distinct_words(std::size_t words) { distinct_words_ += words; }
  PhraseTable& table(std::uint64_t hash) { return tables_[table_of(hash)]; }

  // The count of a word, or 0. `id` may be kNoWord.
  [[nodiscard]] std::int64_t word_count(WordId id) const {
    return id >= 0 && static_cast<std::size_t>(id) < word_counts_.size() ? word_counts_[static_cast<std::size_t>(id)]
                                                                         : 0;
  }
  [[nodiscard]] std::int64_t phrase_count(const Phrase& phrase) const {
    const PhraseKey key = key_of(phrase);
    return tables_[table_of(key.hash)].count(key);
  }
  // The sum of the counts of the word and of all phrases with this text.
  [[nodiscard]] std::int64_t count_of(const Lexicon& lexicon, std::string_view text) const;

  // Adds the counts of another lexicon, whose words and gaps are inserted into this one.
  void merge(Lexicon& lexicon, const PhraseCounts& others, const Lexicon& other_lexicon);
  // Removes everything with a count below `min_count`.
  void prune(std::int64_t min_count);

 private:
  std::vector<std::int64_t> word_counts_;  // 0: not in the vocabulary
  std::size_t distinct_words_ = 0;
  std::vector<PhraseTable> tables_;
};

}  // namespace wordkin::phrases
