// The text of one step for both directions; borrowed.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "elmo/token_layer.h"
#include "memory/matrix_view.h"

namespace wordkin::elmo {

struct Window {
  TokenTypes types;
  std::int64_t steps = 0;
  std::int64_t batch = 0;
  // (directions, steps, batch): types or, if there are none, rows of `embedding`. The text of direction 1 is in the
  // order in which that direction reads it.
  std::span<const std::int32_t> inputs;
  std::span<const std::int32_t> targets;  // (directions, steps, batch) words

  [[nodiscard]] std::int64_t positions() const { return steps * batch; }  // per direction
  [[nodiscard]] std::span<const std::int32_t> inputs_of(int direction) const { return half(inputs, direction); }
  [[nodiscard]] std::span<const std::int32_t> targets_of(int direction) const { return half(targets, direction); }

 private:
  [[nodiscard]] static std::span<const std::int32_t> half(std::span<const std::int32_t> both, int direction) {
    const std::size_t size = both.size() / kDirections;
    return both.subspan(static_cast<std::size_t>(direction) * size, size);
  }
};

}  // namespace wordkin::elmo
