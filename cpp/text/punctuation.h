// Punctuation at the ends of sentences.
#pragma once

namespace wordkin::text {

constexpr bool is_sentence_end(char32_t c) { return c == '.' || c == '!' || c == '?' || c == 0x2026 || c == 0x203d; }

// In scripts without spaces between words or sentences.
constexpr bool is_unspaced_sentence_end(char32_t c) {
  return c == 0x3002 || c == 0xff01 || c == 0xff1f || c == 0xff0e || c == 0xff61 || c == 0x0964 || c == 0x0965 ||
         c == 0x06d4 || c == 0x061f || c == 0x104a || c == 0x104b || c == 0x17d4 || c == 0x17d5;
}

// Closing quotes and brackets, which belong to the sentence before them.
constexpr bool is_closing(char32_t c) {
  return c == '"' || c == '\'' || c == ')' || c == ']' || c == '}' || c == 0xbb || c == 0xab || c == 0x2019 ||
         c == 0x201d || c == 0x201c || c == 0x203a || c == 0x300d || c == 0x300f || c == 0xff09 || c == 0x3011;
}

}  // namespace wordkin::text
