// Distinct words of a text with their counts, and the text itself as provisional ids (numbers in the order of first
// occurrence): after the vocabulary is chosen the ids are renumbered, and no word is hashed a second time.
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

// What one block of text holds. `ids` has kSentenceEnd after each sentence; empty when ids are not kept.
struct RawBlock {
  std::vector<std::int32_t> ids;
  std::int64_t words = 0;
  std::int64_t sentences = 0;
};

enum class Ids { kKeep, kDiscard };

// Counts of one worker; those of several are brought together by merge().
class alignas(memory::kCacheLine) TokenCounter {  // aligned: each is written to by one thread
 public:
  explicit TokenCounter(Ids ids, std::size_t max_words = WordTable::kMaxWords) : ids_(ids), table_(max_words) {}

  // A block of UTF-8 that begins and ends with a sentence. Throws TextError. The numbers of the blocks that one counter
  // gets must ascend.
  RawBlock count(std::span<const char> text, std::int64_t block_number, const SentenceRules& rules,
                 bool continues_line);

  // For growing the vocabulary within a bound: counts sentences until more than `max_words` distinct words are known;
  // returns what was read and how far.
  struct PartialCount {
    std::int64_t words = 0;
    std::int64_t sentences = 0;
    std::size_t bytes = 0;
    bool within_line = false;
  };
  PartialCount count_until(std::size_t max_words, std::span<const char> text, const SentenceRules& rules,
                           bool continues_line);

  // Word by word, for sentences that are no text.
  void prefetch(const HashedWord& word) const { table_.prefetch(word); }
  void prefetch_bytes(std::span<const HashedWord> words) const { table_.prefetch_bytes(words); }
  void add_word(const HashedWord& word);
  void end_sentence() {
    if (ids_ == Ids::kKeep) recent_ids_.push_back(kSentenceEnd);
  }
  // The ids since the last call.
  std::vector<std::int32_t> take_ids();

  // Forgets the words whose entry in `keep` is false. Ids made before lose their meaning.
  void retain(std::span<const bool> keep);

  [[nodiscard]] const WordTable& table() const { return table_; }
  [[nodiscard]] std::span<const std::int64_t> counts() const { return counts_; }

 private:
  friend struct MergedCounts merge(std::vector<TokenCounter> counters);

  struct BlockStart {
    std::int64_t block_number;
    std::size_t known_words;  // before the block
  };

  Ids ids_;
  WordTable table_;
  std::vector<std::int64_t> counts_;
  std::vector<std::int32_t> recent_ids_;
  std::vector<BlockStart> blocks_;
};

struct MergedCounts {
  WordTable table;  // in the order of first occurrence in the text, however the blocks fell to the counters
  std::vector<std::int64_t> counts;
  std::vector<std::vector<std::int32_t>> merged_ids;  // for each counter: its id -> the id in `table`
};

MergedCounts merge(std::vector<TokenCounter> counters);

// The given ids ordered by count, descending, and among equal counts by the bytes of their words, ascending.
std::vector<std::int32_t> ordered_by_count(const WordTable& table, std::span<const std::int64_t> counts,
                                           std::vector<std::int32_t> ids);

}  // namespace wordkin::text
