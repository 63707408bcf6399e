// The dictionary of a fastText .bin file: each entry is a word, a zero byte, its count and its kind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vector_files/word_span.h"

namespace wordkin::vector_files {

struct FastTextEntries {
  std::size_t consumed = 0;
  std::vector<WordSpan> words;
  std::vector<std::int64_t> counts;
  std::vector<std::int8_t> kinds;  // 0: word, 1: label
  bool word_too_long = false;
};

// The complete entries of a block, at most `max_entries`; an entry that is incomplete at the end of the block is left
// for the next block.
FastTextEntries parse_fasttext_entries(const std::uint8_t* data, std::size_t size, std::int64_t max_entries,
                                       std::size_t max_word_bytes);

}  // namespace wordkin::vector_files
