// Rewrites text with its phrases joined: one output line per input line, words separated by single spaces.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "phrases/matcher.h"
#include "text/sentence_splitter.h"

namespace wordkin::phrases {

struct JoinedText {
  std::string text;
  std::int64_t words = 0;    // number read
  std::int64_t phrases = 0;  // number written
  std::int64_t sentences = 0;
};

// Processes a block of UTF-8 text that consists of whole sentences. A block that continues the line of the previous
// block continues it in the output as well. Throws text::TextError, text::Cancelled and what the matcher
// throws.
JoinedText join_block(const Matcher& matcher, std::span<const char> block, bool continues_line,
                      const text::SentenceRules& rules, const text::CancelFlag* cancelled = nullptr);

}  // namespace wordkin::phrases
