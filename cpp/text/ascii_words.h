// Classes of ASCII characters among eight bytes at once. Bytes are compared in seven bits, so that no sum carries into
// the next byte.
#pragma once

#include <cstdint>

namespace wordkin::text {

inline constexpr std::uint64_t kEachByte = 0x0101010101010101ULL, kTopBits = 0x80 * kEachByte;

// Sets the top bit of each byte, of seven bits, from `low` to `high`; other bits are unspecified.
constexpr std::uint64_t ascii_range(std::uint64_t bytes, unsigned char low, unsigned char high) {
  return (bytes + kEachByte * (0x80U - low)) & ~(bytes + kEachByte * (0x7fU - high));
}

// Sets the top bit of each byte that is an ASCII letter, digit or underscore.
constexpr std::uint64_t ascii_words_in(std::uint64_t bytes) {
  const std::uint64_t low = bytes & ~kTopBits;
  const std::uint64_t underscores = kTopBits - (low ^ (kEachByte * '_'));
  return (ascii_range(low | (kEachByte * 0x20), 'a', 'z') | ascii_range(low, '0', '9') | underscores) & ~bytes &
         kTopBits;
}

// Sets the top bit of each byte that is a printing ASCII character other than the space.
constexpr std::uint64_t ascii_visible_in(std::uint64_t bytes) {
  return ascii_range(bytes & ~kTopBits, '!', '~') & ~bytes & kTopBits;
}

constexpr std::uint64_t lower_ascii(std::uint64_t bytes) {
  return bytes | ((ascii_range(bytes & ~kTopBits, 'A', 'Z') & ~bytes & kTopBits) >> 2);
}

}  // namespace wordkin::text
