// Prefetching for code that is not compiled per instruction set.
#pragma once

#include <cstdint>

namespace wordkin::memory {

// Requests `count` floats that are read soon.
inline void prefetch([[maybe_unused]] const float* values, [[maybe_unused]] std::int64_t count) {
#if defined(__GNUC__) || defined(__clang__)
  constexpr std::int64_t kLineFloats = 16;
  for (std::int64_t k = 0; k < count; k += kLineFloats) __builtin_prefetch(values + k);
#endif
}

}  // namespace wordkin::memory
