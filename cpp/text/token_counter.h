// Counts the distinct words of a text and encodes the text as provisional ids (numbered by first occurrence). After the
// vocabulary has been chosen the ids are renumbered, so that no word is hashed twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "memory/aligned_buffer.h"
#include "text/hashed_word.h"
#include "text/sentence_splitter.h"
#include "text/word_table.h"

namespace wordkin::text {

// Content of one block of text. `ids` contains kSentenceEnd after each sentence; it is empty if ids are not kept.
struct RawBlock {
  std::vector<std::int32_t> ids;
  std::int64_t words = 0;
  std::int64_t sentences = 0;
};

enum class Ids { kKeep, kDiscard };

// The counts of one worker; merge() combines those of several workers.
class alignas(memory::kCacheLine) TokenCounter {  // aligned because each counter is written by one thread
 public:
  explicit TokenCounter(Ids ids, std::size_t max_words = WordTable::kMaxWords,
                        const HashSeed& seed = HashSeed::random())
      : ids_(ids), table_(max_words, seed) {}

  // Counts a block of UTF-8 text that consists of whole sentences. Throws TextError. The block numbers passed to one
  // counter must be ascending.
  RawBlock count(std::span<const char> text, std::int64_t block_number, const SentenceRules& rules, bool continues_line,
                 const CancelFlag* cancelled = nullptr);

  // For vocabularies of bounded size: counts sentences until more than `max_words` distinct words are known, and
  // returns what was read and how far.
  struct PartialCount {
    std::int64_t words = 0;
    std::int64_t sentences = 0;
    std::size_t bytes = 0;
    bool within_line = false;
  };
  PartialCount count_until(std::size_t max_words, std::span<const char> text, const SentenceRules& rules,
                           bool continues_line);

  // Counts word by word, for sentences that are not read from text.
  [[nodiscard]] const HashSeed& seed() const { return table_.seed(); }
  void prefetch(const HashedWord& word) const { table_.prefetch(word); }
  void prefetch_bytes(std::span<const HashedWord> words) const { table_.prefetch_bytes(words); }
  void add_word(const HashedWord& word);
  void end_sentence() {
    if (ids_ == Ids::kKeep) recent_ids_.push_back(kSentenceEnd);
  }
  // Returns the ids added since the last call.
  std::vector<std::int32_t> take_ids();

  // Removes the words whose entry in `keep` is false. Ids that were assigned before become invalid.
  void retain(std::span<const bool> keep);

  [[nodiscard]] const WordTable& table() const { return table_; }
  [[nodiscard]] std::span<const std::int64_t> counts() const { return counts_; }

 private:
  friend struct MergedCounts merge(std::vector<TokenCounter> counters);

  struct BlockStart {
    std::int64_t block_number;
    std::size_t known_words;  // number of known words before the block
  };

  Ids ids_;
  WordTable table_;
  std::vector<std::int64_t> counts_;
  std::vector<std::int32_t> recent_ids_;
  std::vector<BlockStart> blocks_;
};

struct MergedCounts {
  WordTable table;  // in order of first occurrence in the text, independent of how blocks were assigned to counters
  std::vector<std::int64_t> counts;
  std::vector<std::vector<std::int32_t>> merged_ids;  // for each counter: maps its ids to ids in `table`
};

MergedCounts merge(std::vector<TokenCounter> counters);

// Sorts ids by count in descending order; equal counts are sorted by the bytes of their words in ascending order.
std::vector<std::int32_t> ordered_by_count(const WordTable& table, std::span<const std::int64_t> counts,
                                           std::vector<std::int32_t> ids);

}  // namespace wordkin::text
