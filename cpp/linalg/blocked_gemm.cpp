#include "linalg/blocked_gemm.h"

#include <algorithm>

#include "linalg/scratch.h"

namespace wordkin::linalg {
namespace {

using kernels::KernelTable;

// Block sizes: a block of A fits the second-level cache, and a block of B the rest of the scratch memory. Blocks are
// deep because C is much larger than A and B, and each block along the depth reads and writes all of C. GFLOP/s of one
// thread for X^T (m, k) dZ (k, n) with block depths 256 and 640, and of OpenBLAS 0.3.34 (Xeon, Ice Lake server, 2.8
// GHz, on a shared machine):
//   512 x 16384, k 640   102  106  103        4096 x 512, k 640     114  113  108
//   1024 x 16384, k 640   83   98   90        4096 x 512, k 2560     97  116  109
//   256 x 8192, k 640     88   95   97        2048 x 256, k 640     116  115   95
//   128 x 4096, k 640    101  105   91        1024 x 128, k 640     111  115   96
//   512 x 8192, k 2560          99  111
// BLAS is faster in two of these nine cases, by 2 % and 12 %. It is not linked because it would add a second thread
// pool, sums that depend on how the work is divided, and 25 MB.
constexpr std::int64_t kMaxDepth = 640;
constexpr std::int64_t kMaxRows = 96;
constexpr std::int64_t kMaxColumns = Scratch::kFloats / kMaxDepth - 2 * kMaxRows;

constexpr std::int64_t kRowsAtOnce = 16;  // rows that are packed together

// Length of a block if `length` is divided into blocks of nearly equal length, a multiple of `multiple` and about
// `limit` at most.
std::int64_t block_length(std::int64_t length, std::int64_t limit, std::int64_t multiple) {
  const std::int64_t parts = std::max<std::int64_t>((length + limit - 1) / limit, 1);
  return ((length + parts - 1) / parts + multiple - 1) / multiple * multiple;
}

// The packed blocks of one product in scratch memory: first the panels of B, then the rows of A.
class PackedBlocks {
 public:
  PackedBlocks(const Compute& compute, float* scratch)
      : kernels_(*compute.kernels),
        is_bfloat_(compute.precision == Precision::kBfloat16),
        panels_(scratch),
        rows_(scratch + kMaxDepth * kMaxColumns) {}

  [[nodiscard]] std::int64_t depth_multiple() const { return is_bfloat_ ? kernels_.bfloat->depth_multiple : 1; }

  void pack_panels(const Operand& b, std::int64_t k, std::int64_t column, std::int64_t depth, std::int64_t columns) {
    depth_ = depth;
    padded_ = (depth + depth_multiple() - 1) / depth_multiple() * depth_multiple();
    const std::int64_t width = kernels_.panel_columns;
    if (is_bfloat_ && padded_ > depth) std::fill_n(panels_, padded_ * (columns + width - 1) / width * width / 2, 0.0f);
    const std::int64_t steps = b.transposed ? depth : kRowsAtOnce;
    for (std::int64_t i = 0; i < depth; i += steps)
      for (std::int64_t j = 0; j < columns; j += width)
        pack_panel(j * padded_ + i * width, b.at(k + i, column + j), b, std::min(steps, depth - i),
                   std::min(width, columns - j));
  }

  void pack_rows(const Operand& a, std::int64_t row, std::int64_t k, std::int64_t rows) {
    const float* const from = a.at(row, k);
    const std::int64_t pitch = a.stored.pitch;
    if (is_bfloat_) {
      (a.transposed ? kernels_.bfloat->round_transposed : kernels_.bfloat->round_rows)(rows_, padded_, from, pitch,
                                                                                       rows, depth_);
    } else if (a.transposed) {
      kernels_.transpose(rows_, depth_, from, pitch, depth_, rows);
    } else {
      kernels_.copy(rows_, depth_, from, pitch, rows, depth_);
    }
  }

  void multiply(float* c, std::int64_t c_pitch, std::int64_t rows, std::int64_t columns, bool adds) const {
    if (is_bfloat_) {
      const auto* words = reinterpret_cast<const std::uint32_t*>(panels_);
      kernels_.bfloat->multiply_panels({c, c_pitch, rows_, padded_, words, words, rows, depth_, columns, adds});
    } else {
      kernels_.multiply_panels({c, c_pitch, rows_, depth_, panels_, panels_, rows, depth_, columns, adds});
    }
  }

 private:
  void pack_panel(std::int64_t position, const float* from, const Operand& b, std::int64_t rows, std::int64_t columns) {
    const std::int64_t width = kernels_.panel_columns, pitch = b.stored.pitch;
    if (is_bfloat_) {
      auto* words = reinterpret_cast<std::uint32_t*>(panels_) + position / 2;
      (b.transposed ? kernels_.bfloat->pack_transposed : kernels_.bfloat->pack)(words, width, from, pitch, rows,
                                                                                columns);
    } else if (b.transposed) {
      kernels_.transpose(panels_ + position, width, from, pitch, columns, rows);
    } else {
      kernels_.copy(panels_ + position, width, from, pitch, rows, columns);
    }
  }

  const KernelTable& kernels_;
  bool is_bfloat_;
  float* panels_;
  float* rows_;
  std::int64_t depth_ = 0;   // depth of the current block
  std::int64_t padded_ = 0;  // depth including zero padding
};

}  // namespace

void blocked_gemm(const Compute& compute, memory::MatrixView<float> c, const Operand& a, const Operand& b, bool adds,
                  float* scratch) {
  const KernelTable& kernels = *compute.kernels;
  PackedBlocks blocks(compute, scratch);
  const std::int64_t block_depth =
      block_length(a.columns(), kMaxDepth, std::max<std::int64_t>(4, blocks.depth_multiple()));
  const std::int64_t block_columns =
      block_length(c.columns, kMaxColumns / kernels.panel_columns * kernels.panel_columns, kernels.panel_columns);
  const std::int64_t block_rows = block_length(c.rows, kMaxRows, kernels.tile_rows);
  for (std::int64_t j = 0; j < c.columns; j += block_columns) {
    const std::int64_t columns = std::min(block_columns, c.columns - j);
    std::int64_t k = 0;
    do {  // at least once: with depth 0, C is set to zero
      blocks.pack_panels(b, k, j, std::min(block_depth, a.columns() - k), columns);
      for (std::int64_t i = 0; i < c.rows; i += block_rows) {
        const std::int64_t rows = std::min(block_rows, c.rows - i);
        blocks.pack_rows(a, i, k, rows);
        blocks.multiply(c.data + i * c.pitch + j, c.pitch, rows, columns, adds || k > 0);
      }
      k += block_depth;
    } while (k < a.columns());
  }
}

}  // namespace wordkin::linalg
