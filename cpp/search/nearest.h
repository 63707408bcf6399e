// Exact nearest rows by cosine, for one query or thousands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/byte_scores.h"
#include "kernels/kernel_table.h"
#include "memory/matrix_view.h"

namespace wordkin::search {

// A matrix of float32 or of float16 (as bits): one of the two views is empty. Cosines are dot products over divisors.
struct Rows {
  memory::MatrixView<const float> floats;
  memory::MatrixView<const std::uint16_t> halves;
  std::span<const float> divisors;

  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(divisors.size()); }
  [[nodiscard]] std::int64_t columns() const { return floats.empty() ? halves.columns : floats.columns; }
};

// What a search runs on. The result is the same with byte kernels and without them.
struct Compute {
  const kernels::KernelTable& kernels;
  std::size_t threads;
  const kernels::ByteKernels* bytes = nullptr;  // those of the same ISA, or none
};

// indices, cosines: OUT (queries, k) with k <= rows: rows of the k greatest cosines of each query, greatest first, the
// lower row first among equals; rows whose cosine is no number come last, as -infinity. The result is the same for any
// number of threads and for any other queries in the same call. queries: IN (n, columns) of length one.
void find_nearest(memory::MatrixView<std::int32_t> indices, memory::MatrixView<float> cosines,
                  memory::MatrixView<const float> queries, const Rows& rows, const Compute& compute);

// cosines: OUT (queries, rows): all of them, the same floats as find_nearest's.
void find_cosines(memory::MatrixView<float> cosines, memory::MatrixView<const float> queries, const Rows& rows,
                  const Compute& compute);

}  // namespace wordkin::search
