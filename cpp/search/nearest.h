// Exact nearest-neighbour search by cosine similarity, for any number of queries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/byte_scores.h"
#include "kernels/kernel_table.h"
#include "memory/matrix_view.h"

namespace wordkin::search {

// A matrix of float32 or of float16 (bit patterns); the other view is empty. Cosines are dot products divided by the
// divisors.
struct Rows {
  memory::MatrixView<const float> floats;
  memory::MatrixView<const std::uint16_t> halves;
  std::span<const float> divisors;

  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(divisors.size()); }
  [[nodiscard]] std::int64_t columns() const { return floats.empty() ? halves.columns : floats.columns; }
};

// The kernels and threads of a search. The result is the same with and without byte kernels.
struct Compute {
  const kernels::KernelTable& kernels;
  std::size_t threads;
  const kernels::ByteKernels* bytes = nullptr;  // those of the same ISA, or null
};

// indices, cosines: OUT (queries, k), k <= rows: the k rows with the highest cosines for each query, in descending
// order; among equal cosines the lower row first. Rows whose cosine is NaN come last, as -infinity. The result does not
// depend on the number of threads or on the other queries of the call. queries: IN (n, columns), unit vectors.
void find_nearest(memory::MatrixView<std::int32_t> indices, memory::MatrixView<float> cosines,
                  memory::MatrixView<const float> queries, const Rows& rows, const Compute& compute);

// cosines: OUT (queries, rows): all cosines, bit-identical to those of find_nearest.
void find_cosines(memory::MatrixView<float> cosines, memory::MatrixView<const float> queries, const Rows& rows,
                  const Compute& compute);

}  // namespace wordkin::search
