// A hash of words joined by a delimiter. It is computed from the hashes of the words but depends only on the joined
// bytes: "new" + "york_times" and "new_york" + "times" have the same hash. Scores given by users are for joined bytes,
// whatever the words are.
//
// The bytes are interpreted as a sequence of symbols: each byte that occurs in the delimiter is a symbol, and so is
// each maximal run of other bytes. The hash is a polynomial over the symbols modulo 2^64. The symbols of joined bytes
// are the concatenated symbols of their parts, wherever they are split.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "text/hashed_word.h"

namespace wordkin::phrases {

struct JoinedHash {
  std::uint64_t value = 0;
  std::uint64_t power = 1;  // kSymbolBase to the power of the number of symbols

  friend bool operator==(const JoinedHash&, const JoinedHash&) = default;
};

inline constexpr std::uint64_t kSymbolBase = 0x9fb21c651e98df25ULL;

// The hash of the bytes of `a` followed by those of `b`; the bytes at the seam must include a byte of the delimiter.
inline JoinedHash operator+(const JoinedHash& a, const JoinedHash& b) {
  return {a.value * b.power + b.value, a.power * b.power};
}

// For hash tables: the upper bits of a polynomial hardly depend on its last symbol.
inline std::uint64_t mixed(const JoinedHash& hash) {
  std::uint64_t value = hash.value;
  value ^= value >> 32;
  value *= text::kSecondOdd;
  return value ^ (value >> 29);
}

class Delimiter {
 public:
  explicit Delimiter(std::string bytes, const text::HashSeed& seed = text::HashSeed::random())
      : bytes_(std::move(bytes)), seed_(seed) {
    occurs_.fill(bytes_.empty());  // without a delimiter nothing marks the seam, so every byte is a symbol
    for (const char byte : bytes_) occurs_[static_cast<unsigned char>(byte)] = true;
    hash_ = hash_of_symbols(bytes_);
  }

  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] const JoinedHash& hash() const { return hash_; }
  // Words must be hashed with this seed.
  [[nodiscard]] const text::HashSeed& seed() const { return seed_; }

  // Whether a word contains bytes of the delimiter.
  [[nodiscard]] bool occurs_in(std::string_view word) const {
    if (word.empty()) return bytes_.empty();
    if (bytes_.size() == 1) return byte_occurs_in(word);
    if (bytes_.empty()) return true;
    for (const char byte : word)
      if (occurs_[static_cast<unsigned char>(byte)]) return true;
    return false;
  }

  [[nodiscard]] JoinedHash hash_of(const text::HashedWord& word) const {
    if (word.length == 0) return {};
    return occurs_in(word.view()) ? hash_of_symbols(word.view()) : JoinedHash{word.key, kSymbolBase};
  }
  [[nodiscard]] std::uint64_t mixed_hash_of(std::string_view text) const {
    return mixed(hash_of(text::hash_word(text, seed_)));
  }

 private:
  // Most words are short, and comparing eight bytes at once is faster than calling memchr.
  [[nodiscard]] bool byte_occurs_in(std::string_view word) const {
    constexpr std::uint64_t kByteOnes = 0x0101010101010101ULL;
    if (word.size() > 8) return std::memchr(word.data(), bytes_[0], word.size()) != nullptr;
    const std::uint64_t pattern = kByteOnes * static_cast<unsigned char>(bytes_[0]);
    const std::uint64_t bytes = word.size() == 8
                                    ? text::load_bytes(word.data())
                                    : text::load_bytes(word.data(), word.size(), static_cast<char>(~bytes_[0]));
    const std::uint64_t differences = bytes ^ pattern;  // a byte of it is zero where the delimiter occurs
    return ((differences - kByteOnes) & ~differences & (kByteOnes << 7)) != 0;
  }
  [[nodiscard]] JoinedHash hash_of_symbols(std::string_view bytes) const {
    JoinedHash hash;
    std::size_t run = 0;
    for (std::size_t at = 0; at <= bytes.size(); ++at) {
      const bool is_end = at == bytes.size();
      if (!is_end && !occurs_[static_cast<unsigned char>(bytes[at])]) continue;
      if (at > run) hash = hash + JoinedHash{text::hash_word(bytes.substr(run, at - run), seed_).key, kSymbolBase};
      if (is_end) break;
      hash = hash + JoinedHash{(static_cast<unsigned char>(bytes[at]) + 1) * text::kFirstOdd, kSymbolBase};
      run = at + 1;
    }
    return hash;
  }

  std::string bytes_;
  text::HashSeed seed_;
  std::array<bool, 256> occurs_{};
  JoinedHash hash_;
};

}  // namespace wordkin::phrases
