#include "linalg/gemm.h"

#include <algorithm>
#include <cassert>

#include "linalg/blocked_gemm.h"

namespace wordkin::linalg {
namespace {

constexpr std::int64_t kBlockRows = 240;           // of A: with 256 columns half of a small second-level cache
constexpr std::int64_t kCachedBytes = 512 * 1024;  // what surely stays in a second-level cache

// Rows so far apart that those of a tile meet on few lines of the caches (distances are powers of two as a rule) are
// copied next to each other first: 32 x 16384 by 16384 x 512 goes from 82 to 120 GFLOP/s. With few columns the copy
// costs more than it brings.
bool deserves_copy(const memory::MatrixView<const float>& a, std::int64_t columns) {
  return a.pitch >= 8192 && columns >= 128;
}

// One member's product, block by block: rows i .. of A and C, columns k .. of A, all of the member's columns of C.
struct Blocks {
  memory::MatrixView<float> c;
  memory::MatrixView<const float> a;
  const PackedMatrix& b;
  parallel::Range columns;
  bool adds;
  bool is_cached;
  float* scratch;

  void multiply(std::int64_t i, std::int64_t k) const {
    const std::int64_t rows = std::min(kBlockRows, c.rows - i), depth = std::min(b.depth(), a.columns - k);
    // The next call reads the same panels for other rows, or those of the next block, at last those of the first again.
    const std::int64_t next = i + rows < c.rows ? k : k + depth < a.columns ? k + depth : 0;
    const kernels::KernelTable& table = *b.compute().kernels;
    const float* from = a.data + i * a.pitch + k;
    float* to = c.data + i * c.pitch + columns.begin;
    if (b.compute().precision == Precision::kBfloat16) {
      const std::int64_t padded = b.padded_depth(k);
      table.bfloat->round_rows(scratch, padded, from, a.pitch, rows, depth);
      table.bfloat->multiply_panels({to, c.pitch, scratch, padded, b.bfloat_panel(k, columns.begin),
                                     is_cached ? nullptr : b.bfloat_panel(next, columns.begin), rows, depth,
                                     columns.size(), adds || k > 0});
      return;
    }
    std::int64_t pitch = a.pitch;
    if (deserves_copy(a, columns.size())) {
      table.copy(scratch, depth, from, pitch, rows, depth);
      from = scratch;
      pitch = depth;
    }
    table.multiply_panels({to, c.pitch, from, pitch, b.panel(k, columns.begin),
                           is_cached ? nullptr : b.panel(next, columns.begin), rows, depth, columns.size(),
                           adds || k > 0});
  }
};

}  // namespace

void multiply(parallel::Team& team, memory::MatrixView<float> c, memory::MatrixView<const float> a,
              const PackedMatrix& b, Accumulate accumulate, Scratch& scratch) {
  assert(a.columns == b.rows() && c.columns == b.columns() && c.rows == a.rows);
  const parallel::Range own = team.share(c.columns, b.panel_columns());
  if (own.size() == 0) return;
  const bool is_cached = static_cast<std::int64_t>(b.bytes()) / team.size() <= kCachedBytes;
  const Blocks blocks{c, a, b, own, accumulate == Accumulate::kAdd, is_cached, scratch.of(team.member())};
  std::int64_t k = 0;
  do {  // once at least: with no terms C is set to zero
    for (std::int64_t i = 0; i < c.rows; i += kBlockRows) blocks.multiply(i, k);
    k += b.depth();
  } while (k < a.columns);
}

void gemm(parallel::Team& team, const Compute& compute, memory::MatrixView<float> c, memory::MatrixView<const float> a,
          Transpose transpose_a, memory::MatrixView<const float> b, Transpose transpose_b, Accumulate accumulate,
          Scratch& scratch) {
  Operand left{a, transpose_a == Transpose::kYes}, right{b, transpose_b == Transpose::kYes};
  assert(left.rows() == c.rows && right.columns() == c.columns && left.columns() == right.rows());
  // The longer side is shared out: the other side's operand is packed by every member.
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
