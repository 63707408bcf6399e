// A word and its 64-bit key, which is computed once while the word is scanned and is sufficient to find it in a
// WordTable with the same seed.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "text/hash_seed.h"

namespace wordkin::text {

// Maximum word length in bytes. Longer words are rejected, so that a file without whitespace cannot exhaust the memory.
inline constexpr std::size_t kMaxWordBytes = 65535;

struct HashedWord {
  const char* data;
  std::uint32_t length;
  std::uint64_t key;  // for words of up to 8 bytes a bijection of the bytes: equal keys and lengths imply equal words

  [[nodiscard]] std::string_view view() const { return {data, length}; }
};

// Makes the first of the eight bytes the least significant one on every machine.
inline std::uint64_t to_little_endian(std::uint64_t bytes) {
  if constexpr (std::endian::native == std::endian::big) {
    std::uint64_t swapped = 0;
    for (int i = 0; i < 8; ++i) swapped |= ((bytes >> (8 * i)) & 0xff) << (56 - 8 * i);
    return swapped;
  }
  return bytes;
}

inline std::uint64_t load_bytes(const char* data) {
  std::uint64_t bytes;
  std::memcpy(&bytes, data, sizeof bytes);
  return to_little_endian(bytes);
}

inline std::uint64_t load_four_bytes(const char* data) {
  std::uint32_t bytes;
  std::memcpy(&bytes, data, sizeof bytes);
  return std::endian::native == std::endian::big ? to_little_endian(bytes) >> 32 : bytes;
}

// Loads fewer than eight bytes; the missing ones are `fill`. Uses overlapping loads, because a copy whose length is
// unknown at compile time would be a function call.
inline std::uint64_t load_bytes(const char* data, std::size_t count, char fill) {
  constexpr std::uint64_t kByteOnes = 0x0101010101010101ULL;
  const auto byte = [data](std::size_t at) { return std::uint64_t{static_cast<unsigned char>(data[at])} << (8 * at); };
  const std::uint64_t filled = (kByteOnes * static_cast<unsigned char>(fill)) << (8 * count);
  if (count >= 4) return filled | load_four_bytes(data) | (load_four_bytes(data + count - 4) << (8 * (count - 4)));
  if (count == 0) return filled;
  return filled | byte(0) | byte(count / 2) | byte(count - 1);
}

// Every step is invertible (multiplication by an odd number, xor with the upper half), so the mapping is a bijection.
// The upper bits are mixed best. Two words have the same upper n bits with a probability of at most 2^(1 - n), since
// the last multiplier is random: see Dietzfelbinger et al. 1997, "A reliable randomized algorithm for the closest-pair
// problem", section 2.
inline std::uint64_t key_of_short(std::uint64_t bytes, const HashSeed& seed) {
  bytes = (bytes ^ seed.start) * kFirstOdd;
  bytes ^= bytes >> 32;
  return bytes * seed.multiplier;
}

// The halves of a product depend on all bits of both factors, so words with equal keys cannot be computed without
// knowing the seed. Products modulo 2^64 do not suffice: a changed upper bit changes only upper bits of them.
inline std::uint64_t key_of_long(const char* data, std::size_t length, const HashSeed& seed) {
  std::uint64_t key = length;
  const char* const last = data + length - 8;  // the last step reads eight bytes, some of them again
  for (; data < last; data += 8) key = folded_product(key ^ load_bytes(data) ^ seed.start, seed.multiplier);
  return key_of_short(key ^ load_bytes(last), seed);
}

inline HashedWord hash_word(std::string_view word, const HashSeed& seed) {
  const std::uint64_t key = word.size() < 8    ? key_of_short(load_bytes(word.data(), word.size(), '\0'), seed)
                            : word.size() == 8 ? key_of_short(load_bytes(word.data()), seed)
                                               : key_of_long(word.data(), word.size(), seed);
  return {word.data(), static_cast<std::uint32_t>(word.size()), key};
}

}  // namespace wordkin::text
