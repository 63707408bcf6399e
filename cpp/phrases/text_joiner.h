// Text to the same text with its phrases joined: one line for each line, words separated by one blank.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "phrases/matcher.h"
#include "text/sentence_splitter.h"

namespace wordkin::phrases {

struct JoinedText {
  std::string text;
  std::int64_t words = 0;    // read
  std::int64_t phrases = 0;  // written
  std::int64_t sentences = 0;
};

// A block of UTF-8 that begins and ends with a sentence. A block that continues the line of the one before it continues
// it in the output too. Throws text::TextError, and what the matcher throws.
JoinedText join_block(const Matcher& matcher, std::span<const char> block, bool continues_line,
                      const text::SentenceRules& rules);

}  // namespace wordkin::phrases
