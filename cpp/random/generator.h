// Pseudorandom number generator: xoshiro256++ (Blackman and Vigna, "Scrambled linear pseudorandom number generators",
// 2021), seeded by splitmix64 from (seed, stream). The same pair produces the same numbers on every machine. Jobs,
// epochs and threads use separate streams, so results do not depend on which thread runs which job.
#pragma once

#include <bit>
#include <cstdint>

namespace wordkin::random {

class Generator {
 public:
  explicit Generator(std::uint64_t seed, std::uint64_t stream = 0) {
    // The stream is scrambled first: splitmix64 advances by a constant, so adjacent stream numbers would otherwise
    // share state.
    std::uint64_t x = stream;
    x = seed ^ splitmix(x);
    for (auto& word : state_) word = splitmix(x);
  }

  std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  // Maps 32 random bits to [0, bound) uniformly by Lemire's multiply-shift without the rejection step. The bias is
  // below bound / 2^32, which is negligible for every use in this library.
  static std::uint32_t scale(std::uint32_t bits, std::uint32_t bound) {
    return static_cast<std::uint32_t>((static_cast<std::uint64_t>(bits) * bound) >> 32);
  }

  std::uint32_t below(std::uint32_t bound) { return scale(static_cast<std::uint32_t>(next() >> 32), bound); }

  // Uniform in [0, 1) with 53 random bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

 private:
  static std::uint64_t splitmix(std::uint64_t& x) {
    std::uint64_t z = (x += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }

  std::uint64_t state_[4];
};

}  // namespace wordkin::random
