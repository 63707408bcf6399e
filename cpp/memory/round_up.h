// Rounding of sizes up to a multiple.
#pragma once

namespace wordkin::memory {

template <typename T>
constexpr T round_up(T size, T multiple) {
  return (size + multiple - 1) / multiple * multiple;
}

}  // namespace wordkin::memory
