#include "text/utf8.h"

#include <cstdint>
#include <cstring>

namespace wordkin::text {
namespace {

// Most texts contain long runs of ASCII (markup, digits, whitespace), which are skipped 32 bytes at a time.
std::size_t skip_ascii(std::span<const char> text, std::size_t at) {
  for (; at + 32 <= text.size(); at += 32) {
    std::uint64_t words[4];
    std::memcpy(words, text.data() + at, sizeof words);
    if (((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080ULL) != 0) break;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

// Number of bytes of the well-formed character that begins at `at` with a byte of 0x80 or more; 0 if it is malformed.
std::size_t character_length(std::span<const char> text, std::size_t at) {
  const auto byte = [&](std::size_t k) {
    return at + k < text.size() ? static_cast<unsigned char>(text[at + k]) : static_cast<unsigned char>(0);
  };
  const auto continues = [&](std::size_t k, unsigned char low = 0x80, unsigned char high = 0xbf) {
    return byte(k) >= low && byte(k) <= high;
  };
  const unsigned char first = byte(0);
  if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const unsigned char low = first == 0xe0 ? 0xa0 : 0x80;   // lower: an overlong encoding
    const unsigned char high = first == 0xed ? 0x9f : 0xbf;  // higher: a surrogate
    return continues(1, low, high) && continues(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const unsigned char low = first == 0xf0 ? 0x90 : 0x80;
    const unsigned char high = first == 0xf4 ? 0x8f : 0xbf;  // higher: beyond U+10FFFF
    return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::size_t first_invalid_utf8(std::span<const char> text) {
  std::size_t at = 0;
  while ((at = skip_ascii(text, at)) < text.size()) {
    // Within a run of non-ASCII characters the loop above would only add overhead.
    while (at < text.size() && static_cast<unsigned char>(text[at]) >= 0x80) {
      const std::size_t length = character_length(text, at);
      if (length == 0) return at;
      at += length;
    }
  }
  return text.size();
}

}  // namespace wordkin::text
