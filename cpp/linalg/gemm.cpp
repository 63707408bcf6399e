#include "linalg/gemm.h"

#include <algorithm>
#include <cassert>

#include "linalg/blocked_gemm.h"

namespace wordkin::linalg {
namespace {

constexpr std::int64_t kBlockRows = 240;           // rows of A per block: with 512 columns at most half a megabyte
constexpr std::int64_t kCachedBytes = 512 * 1024;  // reliably stays in a second-level cache

// If the row pitch is large (usually a power of two), the rows of a tile map to only a few cache sets. Copying them
// next to each other first raises 32 x 16384 by 16384 x 512 from 82 to 120 GFLOP/s. With few columns the copy costs
// more than it saves.
bool is_worth_copying(const memory::MatrixView<const float>& a, std::int64_t columns) {
  return a.pitch >= 8192 && columns >= 128;
}

// The product of one member, block by block: rows i.. of A and C, columns k.. of A, and all columns of C, which
// correspond to the columns of B from `first`.
struct Blocks {
  memory::MatrixView<float> c;
  memory::MatrixView<const float> a;
  const PackedMatrix& b;
  std::int64_t first;
  bool adds;
  NextPanel next_panel;
  float* scratch;
  bool is_prepared;  // whether the scratch memory already holds the only block of A

  // Rows of a block: kBlockRows, unless fewer bytes fit the scratch memory together with their scales.
  [[nodiscard]] std::int64_t block_rows() const {
    if (b.compute().precision != Precision::kInt8) return kBlockRows;
    const kernels::Int8Kernels& int8 = *b.compute().kernels->int8;
    const std::int64_t row_bytes = std::max<std::int64_t>(b.padded_depth(0), 1) * int8.left_bytes;
    return std::min(kBlockRows, (Scratch::kFloats - kBlockRows) * 4 / row_bytes - kernels::Int8Kernels::kSpareRows);
  }

  void multiply(std::int64_t i, std::int64_t k) const {
    const std::int64_t rows = std::min(block_rows(), c.rows - i), depth = std::min(b.depth(), a.columns - k);
    const kernels::KernelTable& table = *b.compute().kernels;
    const float* from = a.data + i * a.pitch + k;
    float* to = c.data + i * c.pitch;
    const PanelPosition next = panel_after(i + rows, k, k + depth);
    if (b.compute().precision == Precision::kInt8) {
      const std::int64_t padded = b.padded_depth(k);
      float* const scales = scratch + Scratch::kFloats - kBlockRows;
      if (!is_prepared) table.int8->round_rows(scratch, padded, scales, from, a.pitch, rows, depth);
      table.int8->multiply_panels({to, c.pitch, scratch, padded, scales, b.int8_panel(k, first),
                                   next.b == nullptr ? nullptr : next.b->int8_panel(next.k, next.column),
                                   b.scales(first), b.offsets(k, first), rows, c.columns, adds || k > 0});
      return;
    }
    if (b.compute().precision == Precision::kBfloat16) {
      const std::int64_t padded = b.padded_depth(k);
      if (!is_prepared) table.bfloat->round_rows(scratch, padded, from, a.pitch, rows, depth);
      table.bfloat->multiply_panels({to, c.pitch, scratch, padded, b.bfloat_panel(k, first),
                                     next.b == nullptr ? nullptr : next.b->bfloat_panel(next.k, next.column), rows,
                                     depth, c.columns, adds || k > 0});
      return;
    }
    std::int64_t pitch = a.pitch;
    if (is_worth_copying(a, c.columns)) {
      table.copy(scratch, depth, from, pitch, rows, depth);
      from = scratch;
      pitch = depth;
    }
    table.multiply_panels({to, c.pitch, from, pitch, b.panel(k, first),
                           next.b == nullptr ? nullptr : next.b->panel(next.k, next.column), rows, depth, c.columns,
                           adds || k > 0});
  }

 private:
  struct PanelPosition {
    const PackedMatrix* b;
    std::int64_t k;
    std::int64_t column;
  };

  // The panel that is read after this block's panels: the same one for other rows, or that of the next block, or
  // finally that of the next product.
  [[nodiscard]] PanelPosition panel_after(std::int64_t next_row, std::int64_t k, std::int64_t next_k) const {
    if (next_panel.b == nullptr) return {nullptr, 0, 0};
    if (next_row < c.rows) return {&b, k, first};
    if (next_k < a.columns) return {&b, next_k, first};
    return {next_panel.b, 0, next_panel.column};
  }
};

}  // namespace

void multiply_columns(const parallel::Team& team, memory::MatrixView<float> c, memory::MatrixView<const float> a,
                      const PackedMatrix& b, std::int64_t first, Accumulate accumulate, NextPanel next_panel,
                      Scratch& scratch, LeftOperand left) {
  assert(a.columns == b.rows() && first + c.columns <= b.columns() && c.rows == a.rows);
  Blocks blocks{c, a, b, first, accumulate == Accumulate::kAdd, next_panel, scratch.of(team.member()), false};
  std::int64_t k = 0;
  const std::int64_t rows = blocks.block_rows();
  blocks.is_prepared = left == LeftOperand::kSame && c.rows <= rows && a.columns <= b.depth();
  do {  // at least once: with depth 0, C is set to zero
    for (std::int64_t i = 0; i < c.rows; i += rows) blocks.multiply(i, k);
    k += b.depth();
  } while (k < a.columns);
}

void multiply(parallel::Team& team, memory::MatrixView<float> c, memory::MatrixView<const float> a,
              const PackedMatrix& b, Accumulate accumulate, Scratch& scratch, LeftOperand left) {
  assert(c.columns == b.columns());
  const parallel::Range own = team.share(c.columns, b.panel_columns());
  if (own.size() == 0) return;
  const bool is_cached = static_cast<std::int64_t>(b.bytes()) / team.size() <= kCachedBytes;
  multiply_columns(team, c.block_of_columns(own.begin, own.size()), a, b, own.begin, accumulate,
                   {is_cached ? nullptr : &b, own.begin}, scratch, left);
}

void gemm(parallel::Team& team, const Compute& compute, memory::MatrixView<float> c, memory::MatrixView<const float> a,
          Transpose transpose_a, memory::MatrixView<const float> b, Transpose transpose_b, Accumulate accumulate,
          Scratch& scratch) {
  assert(compute.precision != Precision::kInt8);
  Operand left{a, transpose_a == Transpose::kYes}, right{b, transpose_b == Transpose::kYes};
  assert(left.rows() == c.rows && right.columns() == c.columns && left.columns() == right.rows());
  // The longer side of C is divided among the members, because every member packs the whole operand of the other side.
  if (c.rows > c.columns) {
    const parallel::Range own = team.share(c.rows, compute.kernels->tile_rows);
    left = left.rows_from(own.begin, own.size());
    c = {c.data + own.begin * c.pitch, own.size(), c.columns, c.pitch};
  } else {
    const parallel::Range own = team.share(c.columns, compute.kernels->panel_columns);
    right = right.columns_from(own.begin, own.size());
    c = {c.data + own.begin, c.rows, own.size(), c.pitch};
  }
  if (c.rows > 0 && c.columns > 0)
    blocked_gemm(compute, c, left, right, accumulate == Accumulate::kAdd, scratch.of(team.member()));
}

}  // namespace wordkin::linalg
