#include "linalg/blocked_gemm.h"

#include <algorithm>

#include "linalg/scratch.h"

namespace wordkin::linalg {
namespace {

using kernels::KernelTable;

// Blocks of B stay in the third-level cache or in a large second-level one while those of A pass, and of these every
// one is packed again for each block of columns; a panel of B in the first-level cache sees all rows of a block of A.
constexpr std::int64_t kMostDepth = 256;
constexpr std::int64_t kMostRows = 240;
constexpr std::int64_t kMostColumns = (Scratch::kFloats - kMostRows * kMostDepth) / kMostDepth;

constexpr std::int64_t kRowsAtOnce = 16;  // read side by side

// Parts of about equal length, in whole multiples.
std::int64_t part_of(std::int64_t length, std::int64_t most, std::int64_t multiple) {
  const std::int64_t parts = std::max<std::int64_t>((length + most - 1) / most, 1);
  return ((length + parts - 1) / parts + multiple - 1) / multiple * multiple;
}

void copy_block(const KernelTable& kernels, float* out, std::int64_t pitch, const Operand& from, std::int64_t row,
                std::int64_t column, std::int64_t rows, std::int64_t columns) {
  if (from.transposed) {
    kernels.transpose(out, pitch, from.at(row, column), from.stored.pitch, columns, rows);
  } else {
    kernels.copy(out, pitch, from.at(row, column), from.stored.pitch, rows, columns);
  }
}

void pack_panels(const KernelTable& kernels, float* out, const Operand& b, std::int64_t k, std::int64_t column,
                 std::int64_t depth, std::int64_t columns) {
  const std::int64_t width = kernels.panel_columns;
  const std::int64_t rest = columns % width;
  if (rest > 0) std::fill_n(out + (columns - rest) * depth, depth * width, 0.0f);
  const std::int64_t steps = b.transposed ? depth : kRowsAtOnce;
  for (std::int64_t i = 0; i < depth; i += steps)
    for (std::int64_t j = 0; j < columns; j += width)
      copy_block(kernels, out + j * depth + i * width, width, b, k + i, column + j, std::min(steps, depth - i),
                 std::min(width, columns - j));
}

}  // namespace

void blocked_gemm(const Compute& compute, memory::MatrixView<float> c, const Operand& a, const Operand& b, bool adds,
                  float* scratch) {
  const KernelTable& kernels = *compute.kernels;
  float* const rows_of_a = scratch;
  float* const panels_of_b = scratch + kMostRows * kMostDepth;
  const std::int64_t depth_of_part = part_of(a.columns(), kMostDepth, 4);
  const std::int64_t columns_of_part =
      part_of(c.columns, kMostColumns / kernels.panel_columns * kernels.panel_columns, kernels.panel_columns);
  const std::int64_t rows_of_part = part_of(c.rows, kMostRows, kernels.tile_rows);
  for (std::int64_t j = 0; j < c.columns; j += columns_of_part) {
    const std::int64_t columns = std::min(columns_of_part, c.columns - j);
    std::int64_t k = 0;
    do {  // once at least: with no terms C is set to zero
      const std::int64_t depth = std::min(depth_of_part, a.columns() - k);
      pack_panels(kernels, panels_of_b, b, k, j, depth, columns);
      for (std::int64_t i = 0; i < c.rows; i += rows_of_part) {
        const std::int64_t rows = std::min(rows_of_part, c.rows - i);
        copy_block(kernels, rows_of_a, depth, a, i, k, rows, depth);
        kernels.multiply_panels({c.data + i * c.pitch + j, c.pitch, rows_of_a, depth, panels_of_b, panels_of_b, rows,
                                 depth, columns, adds || k > 0});
      }
      k += depth;
    } while (k < a.columns());
  }
}

}  // namespace wordkin::linalg
