#include "linalg/gemm.h"

#include <algorithm>
#include <cassert>

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
  (void)compute;
  (void)scratch;
  const std::int64_t depth = transpose_a == Transpose::kYes ? a.rows : a.columns;
  const parallel::Range own = team.share(c.rows);
  for (std::int64_t i = own.begin; i < own.end; ++i) {
    float* row = c.row(i);
    if (accumulate == Accumulate::kReplace) std::fill_n(row, c.columns, 0.0f);
    for (std::int64_t k = 0; k < depth; ++k) {
      const float x = transpose_a == Transpose::kYes ? a.row(k)[i] : a.row(i)[k];
      for (std::int64_t j = 0; j < c.columns; ++j)
        row[j] += x * (transpose_b == Transpose::kYes ? b.row(j)[k] : b.row(k)[j]);
    }
  }
}

}  // namespace wordkin::linalg
