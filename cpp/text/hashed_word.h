// A word and its 64-bit key, which is computed once while the word is scanned and is sufficient to find it in a
// WordTable.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

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

inline constexpr std::uint64_t kFirstOdd = 0x9e3779b97f4a7c15ULL, kSecondOdd = 0xd6e8feb86659fd93ULL;

// Every step is invertible (multiplication by an odd number, xor with the upper half), so the mapping is a bijection.
// The upper bits are mixed best.
inline std::uint64_t key_of_short(std::uint64_t bytes) {
  bytes *= kFirstOdd;
  bytes ^= bytes >> 32;
  return bytes * kSecondOdd;
}

inline std::uint64_t key_of_long(const char* data, std::size_t length) {
  std::uint64_t key = length;
  const char* const last = data + length - 8;  // the last step reads eight bytes, some of them again
  for (; data < last; data += 8) {
    key = (key ^ load_bytes(data)) * kFirstOdd;
    key ^= key >> 32;
  }
  return key_of_short(key ^ load_bytes(last));
}

inline HashedWord hash_word(std::string_view word) {
  const std::uint64_t key = word.size() < 8    ? key_of_short(load_bytes(word.data(), word.size(), '\0'))
                            : word.size() == 8 ? key_of_short(load_bytes(word.data()))
                                               : key_of_long(word.data(), word.size());
  return {word.data(), static_cast<std::uint32_t>(word.size()), key};
}

}  // namespace wordkin::text
