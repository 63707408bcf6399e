// Splits bytes into tokens; this file alone defines what separates words and what ends a line. Space, tab, vertical tab
// and form feed separate words; line feed and carriage return end a line. No other byte does, so the scanner does not
// need to decode UTF-8: the bytes of other characters, including no-break and ideographic spaces, are part of words.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "text/hashed_word.h"

namespace wordkin::text {

enum class ScanEvent {
  kToken,
  kLineEnd,  // one for each line feed and each carriage return: CR LF counts as a line and an empty line
  kEnd,
};

inline bool is_line_end(char byte) { return byte == '\n' || byte == '\r'; }
inline bool is_separator(char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

// Sets the top bit of each of the eight bytes that is a space or between 9 and 13.
inline std::uint64_t separators_in(std::uint64_t bytes) {
  constexpr std::uint64_t kByteOnes = 0x0101010101010101ULL;
  const std::uint64_t low = bytes & (kByteOnes * 0x7f);  // adding to seven bits never carries into the next byte
  const std::uint64_t at_least_9 = low + kByteOnes * (0x80 - 9);
  const std::uint64_t at_least_14 = low + kByteOnes * (0x80 - 14);
  const std::uint64_t not_space = (low ^ (kByteOnes * ' ')) + kByteOnes * 0x7f;
  return ((at_least_9 & ~at_least_14) | ~not_space) & ~bytes & (kByteOnes * 0x80);
}

class TokenScanner {
 public:
  // `text` must outlive the scanner and the tokens, which point into it. The end of the text ends the last token.
  explicit TokenScanner(std::span<const char> text)
      : begin_(text.data()), next_(text.data()), end_(text.data() + text.size()) {}

  ScanEvent next() {
    for (; next_ != end_; ++next_) {
      if (!is_separator(*next_)) {
        scan_token();
        return ScanEvent::kToken;
      }
      if (is_line_end(*next_)) {
        ++next_;
        return ScanEvent::kLineEnd;
      }
    }
    return ScanEvent::kEnd;
  }

  // The last token. It can be longer than kMaxWordBytes; the caller must check.
  [[nodiscard]] const HashedWord& token() const { return token_; }
  [[nodiscard]] std::size_t token_offset() const { return static_cast<std::size_t>(token_.data - begin_); }
  // Number of bytes read so far.
  [[nodiscard]] std::size_t offset() const { return static_cast<std::size_t>(next_ - begin_); }

 private:
  // Loads eight bytes at `from`, as if the text were followed by spaces.
  [[nodiscard]] std::uint64_t load(const char* from) const {
    const auto left = static_cast<std::size_t>(end_ - from);
    return left >= 8 ? load_bytes(from) : load_bytes(from, left, ' ');
  }

  // A single load yields both the end and the key of a short token; most tokens are short.
  void scan_token() {
    const std::uint64_t bytes = load(next_);
    const std::uint64_t separators = separators_in(bytes);
    if (separators == 0) {
      scan_long_token();
      return;
    }
    const std::uint64_t below = separators ^ (separators - 1);  // all bits up to the top bit of the first separator
    const auto length = static_cast<std::uint32_t>(std::countr_zero(separators)) / 8;
    token_ = {next_, length, key_of_short(bytes & (below >> 8))};
    next_ += length;
  }

  void scan_long_token() {
    const char* from = next_ + 8;
    while (from != end_) {
      const std::uint64_t separators = separators_in(load(from));
      if (separators != 0) {
        from += std::countr_zero(separators) / 8;
        break;
      }
      from += 8;
    }
    token_ = hash_word({next_, static_cast<std::size_t>(from - next_)});
    next_ = from;
  }

  const char* begin_;
  const char* next_;
  const char* end_;
  HashedWord token_{};
};

}  // namespace wordkin::text
