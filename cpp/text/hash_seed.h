// Random numbers that the hashes of a table depend on, so that words which share slots cannot be computed from the code
// alone. No result may depend on the order of hashes.
#pragma once

#include <cstdint>
#include <random>

namespace wordkin::text {

inline constexpr std::uint64_t kFirstOdd = 0x9e3779b97f4a7c15ULL, kSecondOdd = 0xd6e8feb86659fd93ULL;

struct HashSeed {
  std::uint64_t start;
  std::uint64_t multiplier;  // odd

  static HashSeed random() {
    std::random_device device;
    const auto draw = [&device] { return (std::uint64_t{device()} << 32) | device(); };
    const std::uint64_t start = draw();
    return {start, draw() | 1};
  }

  // A seed that depends on `number` only, for tests.
  static HashSeed fixed(std::uint64_t number) {
    return {number * kSecondOdd, (((number + 1) * kFirstOdd) ^ (number >> 7)) | 1};
  }
};

// The upper half of the 128-bit product.
inline std::uint64_t high_product(std::uint64_t a, std::uint64_t b) {
#if defined(__SIZEOF_INT128__)
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(a) * b) >> 64);
#else
  const std::uint64_t a_low = a & 0xffffffffULL, a_high = a >> 32, b_low = b & 0xffffffffULL, b_high = b >> 32;
  const std::uint64_t middle = a_high * b_low + ((a_low * b_low) >> 32);
  const std::uint64_t carry = a_low * b_high + (middle & 0xffffffffULL);
  return a_high * b_high + (middle >> 32) + (carry >> 32);
#endif
}

// The two halves of the 128-bit product, combined by xor.
inline std::uint64_t folded_product(std::uint64_t a, std::uint64_t b) { return (a * b) ^ high_product(a, b); }

}  // namespace wordkin::text
