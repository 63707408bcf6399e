// Prepares text for counting: normalization, lower case, splitting into words and punctuation, and limits of length.
// The result is text again, with tokens separated by spaces and sentences by line feeds, so that all that reads text
// can read it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "text/character_tables.h"

namespace wordkin::text {

enum class SentenceUnit {
  kLine,
  kParagraph,  // lines up to an empty one
  kSentence,   // parts of paragraphs that end with sentence punctuation
};

struct PreparationOptions {
  bool splits_words = false;  // into words and punctuation; otherwise tokens are separated by whitespace only
  bool lowercase = false;
  bool normalizes = false;
  bool removes_arabic_marks = false;  // vowel marks, and the tatweel that stretches words
  std::int64_t min_length = 1;        // of tokens, in characters
  std::int64_t max_length = INT64_MAX;
  SentenceUnit unit = SentenceUnit::kLine;
};

class TextPreparer {
 public:
  // The arrays of `tables` must outlive the preparer.
  TextPreparer(const CharacterTables& tables, const PreparationOptions& options);

  // The prepared text. `text` must be UTF-8 that consists of whole units. Throws TextError if a token is too long. Safe
  // to call from several threads.
  [[nodiscard]] std::vector<char> prepare(std::span<const char> text) const;

 private:
  CharacterTables tables_;
  PreparationOptions options_;
};

}  // namespace wordkin::text
