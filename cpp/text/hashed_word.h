// A word as bytes with its 64-bit key: made once, while the word is scanned, and enough to find it in a WordTable.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace wordkin::text {

// Longest word in bytes; longer ones are refused, so that a file without blanks cannot fill the memory.
inline constexpr std::size_t kMaxWordBytes = 65535;

struct HashedWord {
  const char* data;
  std::uint32_t length;
  std::uint64_t key;  // for words of at most 8 bytes a bijection of the bytes: equal key and length mean equal words

  [[nodiscard]] std::string_view view() const { return {data, length}; }
};

// The first of the eight bytes is the least significant one on every machine.
inline std::uint64_t in_reading_order(std::uint64_t bytes) {
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
  return in_reading_order(bytes);
}

inline std::uint64_t load_four_bytes(const char* data) {
  std::uint32_t bytes;
  std::memcpy(&bytes, data, sizeof bytes);
  return std::endian::native == std::endian::big ? in_reading_order(bytes) >> 32 : bytes;
}

// As load_bytes, for fewer than eight bytes; the missing ones are `fill`. Loads that overlap, for a copy of a length
// that is not known in advance would be a call.
inline std::uint64_t load_bytes(const char* data, std::size_t count, char fill) {
  constexpr std::uint64_t kByteOnes = 0x0101010101010101ULL;
  const auto byte = [data](std::size_t at) { return std::uint64_t{static_cast<unsigned char>(data[at])} << (8 * at); };
  const std::uint64_t filled = (kByteOnes * static_cast<unsigned char>(fill)) << (8 * count);
  if (count >= 4) return filled | load_four_bytes(data) | (load_four_bytes(data + count - 4) << (8 * (count - 4)));
  if (count == 0) return filled;
  return filled | byte(0) | byte(count / 2) | byte(count - 1);
}

inline constexpr std::uint64_t kFirstOdd = 0x9e3779b97f4a7c15ULL, kSecondOdd = 0xd6e8feb86659fd93ULL;

// Each step can be undone (odd multiplier, xor with own upper half), hence the bijection. Upper bits are the best
// mixed.
inline std::uint64_t key_of_short(std::uint64_t bytes) {
  bytes *= kFirstOdd;
  bytes ^= bytes >> 32;
  return bytes * kSecondOdd;
}

inline std::uint64_t key_of_long(const char* data, std::size_t length) {
  std::uint64_t key = length;
  const char* const last = data + length - 8;  // the last step reads eight bytes, some of them for the second time
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
