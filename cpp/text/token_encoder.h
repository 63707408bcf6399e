// Encodes text with a known vocabulary, and maps provisional ids to a vocabulary that was chosen afterwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "text/hashed_word.h"
#include "text/sentence_splitter.h"
#include "text/word_table.h"

namespace wordkin::text {

// Concatenated sentences of known words: sentence k is ids[ends[k - 1] .. ends[k]). None is empty, unless they are
// kept.
struct EncodedIds {
  std::vector<std::int32_t> ids;
  std::vector<std::int64_t> ends;
  std::int64_t raw_words = 0;  // including unknown words
  std::int64_t raw_sentences = 0;
};

// Collects sentences word by word; unknown words are dropped.
class TokenEncoder {
 public:
  explicit TokenEncoder(const WordTable& table, bool keeps_empty = false) : table_(table), keeps_empty_(keeps_empty) {}

  // Encodes a block of UTF-8 text that consists of whole sentences. Throws TextError.
  EncodedIds encode(std::span<const char> text, const SentenceRules& rules, bool continues_line,
                    const CancelFlag* cancelled = nullptr);

  [[nodiscard]] const HashSeed& seed() const { return table_.seed(); }
  void prefetch(const HashedWord& word) const { table_.prefetch(word); }
  void prefetch_bytes(std::span<const HashedWord> words) const { table_.prefetch_bytes(words); }
  void add_word(const HashedWord& word) {
    const std::int32_t id = table_.find(word);
    if (id != kUnknownWord) ids_.push_back(id);
  }
  void end_sentence() {
    const auto end = static_cast<std::int64_t>(ids_.size());
    if (keeps_empty_ || end != (ends_.empty() ? 0 : ends_.back())) ends_.push_back(end);
  }
  // Returns what was collected since the last call, without the raw counts.
  EncodedIds take();

 private:
  const WordTable& table_;
  bool keeps_empty_;
  std::vector<std::int32_t> ids_;
  std::vector<std::int64_t> ends_;
};

// Raw ids of one counter within a longer stream. final_ids[raw id] is kUnknownWord for words that are dropped.
struct RawSegment {
  std::size_t length;
  std::span<const std::int32_t> final_ids;
};

// Replaces a stream of raw ids (see kSentenceEnd), which is the concatenation of the segments, by final ids in place
// and returns the end positions of its sentences; the last one is the number of remaining ids. Throws
// std::out_of_range.
std::vector<std::int64_t> renumber(std::span<std::int32_t> ids, std::span<const RawSegment> segments);

}  // namespace wordkin::text
