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

memory::MatrixView<const float> copied(float* scratch, memory::MatrixView<const float> a) {
  for (std::int64_t i = 0; i < a.rows; ++i) std::copy_n(a.row(i), a.columns, scratch + i * a.columns);
  return {scratch, a.rows, a.columns, a.columns};
}

}  // namespace

void multiply(parallel::Team& team, memory::MatrixView<float> c, memory::MatrixView<const float> a,
              const PackedMatrix& b, Accumulate accumulate, Scratch& scratch) {
  assert(a.columns == b.rows() && c.columns == b.columns() && c.rows == a.rows);
  const parallel::Range own = team.share(c.columns, b.panel_columns());
  if (own.size() == 0) return;
  const bool is_cached = own.size() * b.rows() * static_cast<std::int64_t>(sizeof(float)) <= kCachedBytes;
  std::int64_t k = 0;
  do {  // once at least: with no terms C is set to zero
    const std::int64_t depth = std::min(b.depth(), a.columns - k);
    const float* panels = b.panel(k, own.begin);
    const float* behind = b.panel(k + depth < a.columns ? k + depth : 0, own.begin);
    for (std::int64_t i = 0; i < c.rows; i += kBlockRows) {
      const std::int64_t rows = std::min(kBlockRows, c.rows - i);
      memory::MatrixView<const float> block{a.data + i * a.pitch + k, rows, depth, a.pitch};
      if (deserves_copy(a, own.size())) block = copied(scratch.of(team.member()), block);
      const float* upcoming = is_cached ? nullptr : i + rows < c.rows ? panels : behind;
      b.compute().kernels->multiply_panels({c.data + i * c.pitch + own.begin, c.pitch, block.data, block.pitch, panels,
                                            upcoming, rows, depth, own.size(),
                                            k > 0 || accumulate == Accumulate::kAdd});
    }
    k += depth;
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
