// The texts of one call with the inputs of their tokens, and the training targets; borrowed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "heads/scalar_mix.h"
#include "memory/matrix_view.h"

namespace wordkin::tasks {

inline constexpr std::int32_t kNoRow = -1;  // replaces an id: a zero vector; only in tables that are not trained

// The tokens of all texts are concatenated.
struct Batch {
  std::span<const std::int32_t> lengths;                  // (texts)
  std::vector<std::span<const std::int32_t>> tables;      // for each table (tokens) row indices
  std::vector<heads::LayeredRows<const float>> contexts;  // for each context (tokens, layers, columns)
  memory::MatrixView<const std::uint16_t> characters;     // (word types, characters per word); or empty
  std::span<const std::int32_t> types;                    // (tokens) rows of `characters`
  // (tokens) indices of cached words; if set, the preceding inputs are not read.
  std::optional<std::span<const std::int32_t>> words{};
};

// Either ids or labels are set.
struct Targets {
  std::span<const std::int32_t> ids;       // (texts) classes, or (tokens) tags
  memory::MatrixView<const float> labels;  // (texts, outputs) 0 or 1
  std::span<const float> weights;          // (texts)
};

}  // namespace wordkin::tasks
