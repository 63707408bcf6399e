#include "linalg/gemm.h"

#include <algorithm>
#include <cassert>

namespace wordkin::linalg {
namespace {

constexpr std::int64_t kDepth = 256;  // rows of a panel that are summed before C is touched

}  // namespace

void multiply(parallel::Team& team, memory::MatrixView<float> c, memory::MatrixView<const float> a,
              const PackedMatrix& b, Accumulate accumulate, Scratch& scratch) {
  assert(a.columns == b.rows() && c.columns == b.columns() && c.rows == a.rows);
  (void)scratch;
  const std::int64_t width = b.panel_columns();
  const parallel::Range own = team.share(c.columns, width);
  if (own.size() == 0 || c.rows == 0) return;
  const float* panels = b.panel(own.begin / width);
  std::int64_t k = 0;
  do {  // once at least: with no terms C is set to zero
    const std::int64_t depth = std::min(kDepth, a.columns - k);
    const bool adds = k > 0 || accumulate == Accumulate::kAdd;
    b.compute().kernels->multiply_panels({c.data + own.begin, c.pitch, a.data + k, a.pitch, panels + k * width,
                                          b.panel_floats(), c.rows, depth, own.size(), adds});
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
