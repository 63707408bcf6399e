#include "linalg/packed_matrix.h"

#include <algorithm>
#include <cassert>

namespace wordkin::linalg {
namespace {

constexpr std::int64_t kMostDepth = 256;  // with 32 columns of a panel: 32 KB

// Rows copied side by side: as many streams of reading as the hardware follows, and no more pages than it has at hand.
constexpr std::int64_t kRowsAtOnce = 16;

// Blocks of about equal depth, in whole groups of four steps.
std::int64_t depth_of(std::int64_t k) {
  const std::int64_t blocks = std::max<std::int64_t>((k + kMostDepth - 1) / kMostDepth, 1);
  return ((k + blocks - 1) / blocks + 3) / 4 * 4;
}

std::int64_t padded(std::int64_t columns, std::int64_t width) { return (columns + width - 1) / width * width; }

}  // namespace

PackedMatrix::PackedMatrix(const Compute& compute, std::int64_t k, std::int64_t n)
    : compute_(compute),
      rows_(k),
      columns_(n),
      depth_(depth_of(k)),
      padded_columns_(padded(n, compute.kernels->panel_columns)),
      floats_(static_cast<std::size_t>(k * padded_columns_)) {}

void PackedMatrix::reshape(std::int64_t k, std::int64_t n) {
  rows_ = k;
  columns_ = n;
  depth_ = depth_of(k);
  padded_columns_ = padded(n, panel_columns());
  assert(static_cast<std::size_t>(k * padded_columns_) <= floats_.size());
}

void PackedMatrix::pack(parallel::Team& team, memory::MatrixView<const float> b) {
  assert(b.rows == rows_ && b.columns == columns_);
  const std::int64_t width = panel_columns();
  const parallel::Range own = team.share(columns_, width);
  for (std::int64_t block = 0; block < rows_; block += depth_) {
    const std::int64_t end = std::min(block + depth_, rows_);
    for (std::int64_t k = block; k < end; k += kRowsAtOnce)
      for (std::int64_t column = own.begin; column < own.end; column += width)
        compute_.kernels->copy(floats_.data() + offset(block, column) + (k - block) * width, width, b.row(k) + column,
                               b.pitch, std::min(kRowsAtOnce, end - k), std::min(width, own.end - column));
  }
}

void PackedMatrix::pack_transposed(parallel::Team& team, memory::MatrixView<const float> bt) {
  assert(bt.rows == columns_ && bt.columns == rows_);
  const std::int64_t width = panel_columns();
  const parallel::Range own = team.share(columns_, width);
  for (std::int64_t column = own.begin; column < own.end; column += width)
    for (std::int64_t block = 0; block < rows_; block += depth_)
      compute_.kernels->transpose(floats_.data() + offset(block, column), width, bt.row(column) + block, bt.pitch,
                                  std::min(width, own.end - column), std::min(depth_, rows_ - block));
}

}  // namespace wordkin::linalg
