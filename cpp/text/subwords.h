// The subwords of fastText: the character n-grams of a word between '<' and '>', and their hash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wordkin::text {

inline constexpr std::string_view kEndOfSentence = "</s>";  // has no subwords in fastText

inline constexpr std::uint32_t kSubwordHashStart = 2166136261u;

// One step of the 32-bit Fowler-Noll-Vo 1a hash, except that fastText sign-extends each byte; models depend on it.
inline std::uint32_t subword_hash_step(std::uint32_t hash, char byte) {
  return (hash ^ static_cast<std::uint32_t>(static_cast<std::int8_t>(byte))) * 16777619u;
}

inline std::uint32_t subword_hash(std::string_view bytes) {
  std::uint32_t hash = kSubwordHashStart;
  for (const char byte : bytes) hash = subword_hash_step(hash, byte);
  return hash;
}

inline bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// Calls visit(hash, begin, end) for every n-gram of `bounded`, a word with its '<' and '>', in fastText's order.
// Lengths are in characters, not bytes; a boundary alone is no n-gram.
template <typename Visit>
void for_each_subword(std::string_view bounded, std::int64_t min_n, std::int64_t max_n, const Visit& visit) {
  for (std::size_t begin = 0; begin < bounded.size(); ++begin) {
    if (continues_character(bounded[begin])) continue;
    std::size_t end = begin;
    std::uint32_t hash = kSubwordHashStart;
    for (std::int64_t characters = 1; end < bounded.size() && characters <= max_n; ++characters) {
      do {
        hash = subword_hash_step(hash, bounded[end]);
        ++end;
      } while (end < bounded.size() && continues_character(bounded[end]));
      const bool is_boundary = characters == 1 && (begin == 0 || end == bounded.size());
      if (characters >= min_n && !is_boundary) visit(hash, begin, end);
    }
  }
}

}  // namespace wordkin::text
