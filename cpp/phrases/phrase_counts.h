// Counts of words and phrases. The phrases are distributed over a fixed number of tables by their hash, so that several
// threads can count one text while each table still receives its phrases in the order of the text: the result does not
// depend on the number of threads.
#pragma once

#include <array>
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

  // Number of distinct words and phrases; a word and a phrase with the same bytes count as one.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] const std::array<PhraseTable, kTables>& tables() const { return tables_; }
  [[nodiscard]] std::span<const std::int64_t> word_counts() const { return word_counts_; }

  // Words without bytes of the delimiter are counted separately; the others are counted like phrases.
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

  [[nodiscard]] std::int64_t count_of(const Lexicon& lexicon, std::string_view text) const;
  // The count of the phrase with this mixed hash and these joined bytes; `join(text)` is called only if they are
  // needed.
  template <typename Join>
  [[nodiscard]] std::int64_t count_of_joined(const Lexicon& lexicon, std::uint64_t hash, const Join& join) const {
    return tables_[table_of(hash)].find(hash, [&](const PhraseEntry& entry) {
      std::string one, other;
      lexicon.join(entry.phrase, one);
      join(other);
      return one == other;
    });
  }

  // Adds the counts of another lexicon, whose words and gaps are inserted into this one.
  void merge(Lexicon& lexicon, const PhraseCounts& others, const Lexicon& other_lexicon);
  // Removes everything with a count below `min_count`.
  void prune(const Lexicon& lexicon, std::int64_t min_count);

 private:
  std::vector<std::int64_t> word_counts_;  // 0: not in the vocabulary
  std::size_t distinct_words_ = 0;
  std::array<PhraseTable, kTables> tables_;
};

}  // namespace wordkin::phrases
