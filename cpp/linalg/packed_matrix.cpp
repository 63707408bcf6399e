#include "linalg/packed_matrix.h"

#include <algorithm>
#include <cassert>

namespace wordkin::linalg {
namespace {

std::int64_t panels_of(std::int64_t columns, std::int64_t width) { return (columns + width - 1) / width; }

}  // namespace

PackedMatrix::PackedMatrix(const Compute& compute, std::int64_t k, std::int64_t n)
    : compute_(compute),
      rows_(k),
      columns_(n),
      floats_(
          static_cast<std::size_t>(panels_of(n, compute.kernels->panel_columns) * k * compute.kernels->panel_columns)) {
}

void PackedMatrix::pack(parallel::Team& team, memory::MatrixView<const float> b) {
  assert(b.rows == rows_ && b.columns == columns_);
  const std::int64_t width = panel_columns();
  const parallel::Range own = team.share(columns_, width);
  for (std::int64_t k = 0; k < rows_; ++k)
    for (std::int64_t column = own.begin; column < own.end; column += width)
      std::copy_n(b.row(k) + column, std::min(width, own.end - column),
                  floats_.data() + column / width * panel_floats() + k * width);
}

void PackedMatrix::pack_transposed(parallel::Team& team, memory::MatrixView<const float> bt) {
  assert(bt.rows == columns_ && bt.columns == rows_);
  const std::int64_t width = panel_columns();
  const parallel::Range own = team.share(columns_, width);
  for (std::int64_t column = own.begin; column < own.end; ++column) {
    const float* source = bt.row(column);
    float* target = floats_.data() + column / width * panel_floats() + column % width;
    for (std::int64_t k = 0; k < rows_; ++k) target[k * width] = source[k];
  }
}

}  // namespace wordkin::linalg
