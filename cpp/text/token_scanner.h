// Splits UTF-8 text into tokens and lines; text/whitespace.h defines what separates them.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "text/hashed_word.h"
#include "text/whitespace.h"

namespace wordkin::text {

enum class ScanEvent {
  kToken,
  kLineEnd,  // one for each line feed and each carriage return: CR LF counts as a line and an empty line
  kEnd,
};

class TokenScanner {
 public:
  // `text` must outlive the scanner and the tokens, which point into it. The end of the text ends the last token.
  // The keys of the tokens depend on `seed`.
  TokenScanner(std::span<const char> text, const HashSeed& seed)
      : seed_(seed), begin_(text.data()), next_(text.data()), end_(text.data() + text.size()) {}

  ScanEvent next() {
    if (next_ != end_ && *next_ == ' ') ++next_;  // what follows almost every token: spares a round of the loop
    while (next_ != end_) {
      const auto byte = static_cast<unsigned char>(*next_);
      if (!is_ascii_whitespace(byte)) {
        if (scan_token()) return ScanEvent::kToken;
        next_ += wide_whitespace_length({next_, end_});
        continue;
      }
      ++next_;
      if (is_line_end(static_cast<char>(byte))) return ScanEvent::kLineEnd;
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

  // Scans the token that begins here; returns false if there is whitespace outside ASCII instead. A single load yields
  // both the end and the key of a short token; most tokens are short.
  bool scan_token() {
    const std::uint64_t bytes = load(next_);
    const std::uint64_t stops = possible_whitespace_in(bytes);
    if (stops == 0) return scan_long_token(next_ + 8);
    const auto last_bit = static_cast<std::uint32_t>(std::countr_zero(stops));  // of the byte
    if (!is_marked_ascii_whitespace(bytes >> (last_bit - 7))) return scan_long_token(next_);
    const std::uint64_t below = (stops ^ (stops - 1)) >> 8;  // the bits of the bytes before it
    token_ = {next_, last_bit / 8, key_of_short(bytes & below, seed_)};
    next_ += last_bit / 8;
    return true;
  }

  bool scan_long_token(const char* from) {
    while (from != end_) {
      const std::uint64_t bytes = load(from);
      std::uint64_t stops = possible_whitespace_in(bytes);
      if (stops != 0) stops = without_kana(stops, bytes);
      while (stops != 0 && !is_whitespace(bytes, from, std::countr_zero(stops) / 8)) stops &= stops - 1;
      if (stops != 0) {
        from += std::countr_zero(stops) / 8;
        break;
      }
      from += 8;
    }
    if (from == next_) return false;
    token_ = hash_word({next_, static_cast<std::size_t>(from - next_)}, seed_);
    next_ = from;
    return true;
  }

  // Whether whitespace begins at a byte of the eight loaded from `from`, or the text has ended before it.
  [[nodiscard]] bool is_whitespace(std::uint64_t bytes, const char* from, int index) const {
    const auto byte = static_cast<unsigned char>(bytes >> (8 * index));
    return byte < 0x80 ? is_ascii_whitespace(byte) : wide_whitespace_length({from + index, end_}) != 0;
  }

  HashSeed seed_;
  const char* begin_;
  const char* next_;
  const char* end_;
  HashedWord token_{};
};

}  // namespace wordkin::text
