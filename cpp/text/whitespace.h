// The whitespace that separates words: the characters at which Python's str.split() splits. In ASCII these are the
// bytes 9 to 13 and 28 to 32. Line feed and carriage return also end a line; no other character does, as in text files
// that Python reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace wordkin::text {

inline bool is_line_end(char byte) { return byte == '\n' || byte == '\r'; }

// One bit for each of the bytes 9 to 13 and 28 to 32.
inline constexpr std::uint64_t kAsciiWhitespace = 0x1'f000'3e00;

inline bool is_ascii_whitespace(unsigned char byte) { return byte <= ' ' && ((kAsciiWhitespace >> byte) & 1) != 0; }

// Sets the top bit of each of the eight bytes that can be the first byte of whitespace: those up to 32, and c2, e1, e2
// and e3. Bytes after the first of these may be marked as well: the test for less than n by subtraction is exact for
// the first one only, but takes fewer instructions than others.
inline std::uint64_t possible_whitespace_in(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
  const std::uint64_t ascii = bytes - kOnes * 33;
  const std::uint64_t wide = ((bytes ^ (kOnes * 0xc2)) - kOnes) | ((bytes ^ (kOnes * 0xe3)) - kOnes * 3);
  return (((ascii ^ wide) & bytes) ^ ascii) & (kOnes * 0x80);  // `wide` for bytes from 80 hexadecimal, else `ascii`
}

// Clears the bits of the bytes e3 that are not followed by 80 hexadecimal: those of kana and of most punctuation in
// Japanese and Chinese, each of which would have to be examined otherwise. Nothing is known about what follows the last
// byte.
inline std::uint64_t without_kana(std::uint64_t marks, std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
  const std::uint64_t e3 = ((bytes ^ (kOnes * 0xe3)) - kOnes) & bytes;  // the top bit of each e3 in valid UTF-8
  const std::uint64_t not_80_next = ((bytes >> 8) & (kOnes * 0x7f)) + kOnes * 0x7f;
  return marks & ~(e3 & not_80_next);
}

// is_ascii_whitespace() for the first byte that possible_whitespace_in() marks: the remainders of c2, e1, e2 and e3 by
// 64 are not bytes of whitespace.
inline bool is_marked_ascii_whitespace(std::uint64_t byte) { return ((kAsciiWhitespace >> (byte % 64)) & 1) != 0; }

// Number of bytes of the whitespace character outside ASCII at the start of `text`; 0 if there is none.
inline std::size_t wide_whitespace_length(std::span<const char> text) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  if (text.size() < 2) return 0;
  const unsigned char first = byte(0), second = byte(1);
  if (first == 0xc2) return second == 0x85 || second == 0xa0 ? 2 : 0;  // next line, no-break space
  if (second > 0x9a || text.size() < 3) return 0;
  const unsigned char third = byte(2);
  switch (first << 8 | second) {
    case 0xe19a:  // ogham space mark
    case 0xe380:  // ideographic space
      return third == 0x80 ? 3 : 0;
    case 0xe280:  // spaces of various widths, line and paragraph separator, narrow no-break space
      return (third >= 0x80 && third <= 0x8a) || third == 0xa8 || third == 0xa9 || third == 0xaf ? 3 : 0;
    case 0xe281:  // medium mathematical space
      return third == 0x9f ? 3 : 0;
    default:
      return 0;
  }
}

}  // namespace wordkin::text
