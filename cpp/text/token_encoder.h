// Text to the ids of a vocabulary that is known, and provisional ids to those of a vocabulary chosen afterwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "text/hashed_word.h"
#include "text/sentence_splitter.h"
#include "text/word_table.h"

namespace wordkin::text {

// Sentences of known words one after the other: sentence k is ids[ends[k - 1] .. ends[k]). None is empty.
struct EncodedIds {
  std::vector<std::int32_t> ids;
  std::vector<std::int64_t> ends;
  std::int64_t raw_words = 0;  // unknown words included
  std::int64_t raw_sentences = 0;
};

// Gathers sentences word by word; unknown words are left out.
class TokenEncoder {
 public:
  explicit TokenEncoder(const WordTable& table) : table_(table) {}

  // A block of UTF-8 that begins and ends with a sentence. Throws TextError.
  EncodedIds encode(std::span<const char> text, const SentenceRules& rules, bool continues_line);

  void prefetch(const HashedWord& word) const { table_.prefetch(word); }
  void prefetch_bytes(std::span<const HashedWord> words) const { table_.prefetch_bytes(words); }
  void add_word(const HashedWord& word) {
    const std::int32_t id = table_.find(word);
    if (id != kUnknownWord) ids_.push_back(id);
  }
  void end_sentence() {
    const auto end = static_cast<std::int64_t>(ids_.size());
    if (end != (ends_.empty() ? 0 : ends_.back())) ends_.push_back(end);
  }
  // What was gathered since the last call, without the raw numbers.
  EncodedIds take();

 private:
  const WordTable& table_;
  std::vector<std::int32_t> ids_;
  std::vector<std::int64_t> ends_;
};

// Raw ids of one counter within a longer stream. final_ids[raw id] is kUnknownWord for words that are left out.
struct RawSegment {
  std::size_t length;
  std::span<const std::int32_t> final_ids;
};

// Turns a stream of raw ids (see kSentenceEnd), which consists of the segments one after the other, into final ids, in
// place, and returns the ends of its sentences; the last of them is the number of ids left. Throws std::out_of_range.
std::vector<std::int64_t> renumber(std::span<std::int32_t> ids, std::span<const RawSegment> segments);

}  // namespace wordkin::text
