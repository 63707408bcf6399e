// The hash of floret and spaCy: MurmurHash3 (128 bits, for 64-bit machines) with the seed that their models use.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wordkin::text {

inline constexpr std::uint64_t kFloretSeed = 2166136261u;
inline constexpr std::int64_t kMaxFloretHashes = 4;

namespace floret {

inline constexpr std::uint64_t kFactor1 = 0x87c37b91114253d5u, kFactor2 = 0x4cf5ad432745937fu;

// The first `bytes` of `data` (at most 8) as a little-endian integer.
inline std::uint64_t read_integer(const char* data, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value |= std::uint64_t{static_cast<unsigned char>(data[i])} << (8 * i);
  return value;
}

inline std::uint64_t mixed1(std::uint64_t k) { return std::rotl(k * kFactor1, 31) * kFactor2; }
inline std::uint64_t mixed2(std::uint64_t k) { return std::rotl(k * kFactor2, 33) * kFactor1; }

inline std::uint64_t avalanche(std::uint64_t h) {
  h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdu;
  h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53u;
  return h ^ (h >> 33);
}

}  // namespace floret

// The four words of the hash, of which floret uses the first ones.
inline std::array<std::uint32_t, kMaxFloretHashes> floret_hash(std::string_view bytes) {
  std::uint64_t h1 = kFloretSeed, h2 = kFloretSeed;
  std::size_t at = 0;
  for (; at + 16 <= bytes.size(); at += 16) {
    h1 ^= floret::mixed1(floret::read_integer(bytes.data() + at, 8));
    h1 = (std::rotl(h1, 27) + h2) * 5 + 0x52dce729u;
    h2 ^= floret::mixed2(floret::read_integer(bytes.data() + at + 8, 8));
    h2 = (std::rotl(h2, 31) + h1) * 5 + 0x38495ab5u;
  }
  const std::size_t rest = bytes.size() - at;
  if (rest > 8) h2 ^= floret::mixed2(floret::read_integer(bytes.data() + at + 8, rest - 8));
  if (rest > 0) h1 ^= floret::mixed1(floret::read_integer(bytes.data() + at, rest < 8 ? rest : 8));
  h1 ^= bytes.size();
  h2 ^= bytes.size();
  h1 += h2;
  h2 += h1;
  h1 = floret::avalanche(h1);
  h2 = floret::avalanche(h2);
  h1 += h2;
  h2 += h1;
  return {static_cast<std::uint32_t>(h1), static_cast<std::uint32_t>(h1 >> 32), static_cast<std::uint32_t>(h2),
          static_cast<std::uint32_t>(h2 >> 32)};
}

}  // namespace wordkin::text
