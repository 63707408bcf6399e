// Texts of one call, with what their tokens are made of, and the answers to be learned; borrowed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "heads/scalar_mix.h"
#include "memory/matrix_view.h"

namespace wordkin::tasks {

inline constexpr std::int32_t kNoRow = -1;  // in place of an id: a vector of zeros; in tables that are not trained

// Tokens stand text behind text.
struct Batch {
  std::span<const std::int32_t> lengths;                  // (texts)
  std::vector<std::span<const std::int32_t>> tables;      // for each (tokens) ids of rows
  std::vector<heads::LayeredRows<const float>> contexts;  // for each (tokens, layers, columns)
  memory::MatrixView<const std::uint16_t> characters;     // (word types, characters a word); or empty
  std::span<const std::int32_t> types;                    // (tokens) rows of `characters`
  // (tokens) places among the words that the network remembers; then nothing is read of what is above.
  std::optional<std::span<const std::int32_t>> words{};
};

// One of ids and labels.
struct Targets {
  std::span<const std::int32_t> ids;       // (texts) classes, or (tokens) tags
  memory::MatrixView<const float> labels;  // (texts, outputs) 0 or 1
  std::span<const float> weights;          // (texts)
};

}  // namespace wordkin::tasks
