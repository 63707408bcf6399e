// The rows of a search, and the kernels and threads that it uses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/byte_scores.h"
#include "kernels/kernel_table.h"
#include "memory/matrix_view.h"

namespace wordkin::search {

// Rows rounded by round_rows. They may be those of a larger matrix, in which row `first` is the first one of the
// search.
struct RoundedRows {
  std::span<const std::uint8_t> bytes;
  std::span<const float> per_unit;
  std::span<const kernels::PanelBounds> bounds;
  std::int64_t first = 0;

  [[nodiscard]] bool empty() const { return per_unit.empty(); }
};

// A matrix of float32 or of float16 (bit patterns); the other view is empty. Cosines are dot products divided by the
// divisors.
struct Rows {
  memory::MatrixView<const float> floats;
  memory::MatrixView<const std::uint16_t> halves;
  std::span<const float> divisors;
  RoundedRows rounded = {};  // may be empty

  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(divisors.size()); }
  [[nodiscard]] std::int64_t columns() const { return floats.empty() ? halves.columns : floats.columns; }
};

// The result of a search is the same with and without byte kernels.
struct Compute {
  const kernels::KernelTable& kernels;
  std::size_t threads;
  const kernels::ByteKernels* bytes = nullptr;  // those of the same ISA, or null
};

}  // namespace wordkin::search
