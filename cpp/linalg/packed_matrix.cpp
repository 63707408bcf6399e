#include "linalg/packed_matrix.h"

#include <algorithm>
#include <cassert>

#include "memory/round_up.h"

namespace wordkin::linalg {
namespace {

// Maximum depth of a block. With shallower blocks a panel stays in the first-level cache, but C is accessed more often:
// for all matrix shapes of ELMo, 512 is as fast as 256 or up to 10 % faster, and 1024 is no faster.
constexpr std::int64_t kMaxBlockDepth = 512;

// Rows that are copied together: as many concurrent streams as the hardware prefetcher tracks, without exceeding the
// first-level TLB.
constexpr std::int64_t kPackedRows = 16;

bool is_bfloat(const Compute& compute) { return compute.precision == Precision::kBfloat16; }

std::int64_t depth_multiple(const Compute& compute) {
  return is_bfloat(compute) ? compute.kernels->bfloat->depth_multiple : 1;
}

// Depth of blocks of nearly equal size, a multiple of 4.
std::int64_t depth_of(const Compute& compute, std::int64_t k) {
  const std::int64_t blocks = std::max<std::int64_t>((k + kMaxBlockDepth - 1) / kMaxBlockDepth, 1);
  return memory::round_up((k + blocks - 1) / blocks, std::max<std::int64_t>(4, depth_multiple(compute)));
}

}  // namespace

PackedMatrix::PackedMatrix(const Compute& compute, std::int64_t k, std::int64_t n) : compute_(compute) {
  shape(k, n);
  if (is_bfloat(compute_)) {
    words_ = memory::UninitializedBuffer<std::uint32_t>(static_cast<std::size_t>(element_count() / 2));
  } else {
    floats_ = memory::UninitializedBuffer<float>(static_cast<std::size_t>(element_count()));
  }
  clear_last_panels();
}

void PackedMatrix::reshape(std::int64_t k, std::int64_t n) {
  shape(k, n);
  assert(static_cast<std::size_t>(element_count()) <= (is_bfloat(compute_) ? 2 * words_.size() : floats_.size()));
  clear_last_panels();
}

void PackedMatrix::shape(std::int64_t k, std::int64_t n) {
  rows_ = k;
  columns_ = n;
  depth_ = depth_of(compute_, k);
  padded_columns_ = memory::round_up(n, panel_columns());
}

// Clears the panels that extend past the last column, in every block.
void PackedMatrix::clear_last_panels() {
  if (padded_columns_ == columns_) return;
  for (std::int64_t k = 0; k < rows_; k += depth_) {
    const std::int64_t begin = offset(k, padded_columns_ - panel_columns());
    const auto size = static_cast<std::size_t>(padded_depth(k) * panel_columns());
    if (is_bfloat(compute_)) {
      std::fill_n(words_.data() + begin / 2, size / 2, 0u);
    } else {
      std::fill_n(floats_.data() + begin, size, 0.0f);
    }
  }
}

std::int64_t PackedMatrix::element_count() const {
  return memory::round_up(rows_, depth_multiple(compute_)) * padded_columns_;
}

std::int64_t PackedMatrix::padded_depth(std::int64_t k) const {
  return memory::round_up(std::min(depth_, rows_ - k), depth_multiple(compute_));
}

// Clears the padding rows of a panel, which products include in their sums.
void PackedMatrix::clear_padding(std::int64_t k, std::int64_t column) {
  const std::int64_t used = memory::round_up<std::int64_t>(std::min(depth_, rows_ - k), 2) / 2;
  const std::int64_t width = panel_columns();
  std::uint32_t* panel = words_.data() + offset(k, column) / 2;
  std::fill(panel + used * width, panel + padded_depth(k) / 2 * width, 0u);
}

void PackedMatrix::pack(parallel::Team& team, memory::MatrixView<const float> b) {
  assert(b.rows == rows_ && b.columns == columns_);
  const std::int64_t width = panel_columns();
  const parallel::Range own = team.share(columns_, width);
  for (std::int64_t block = 0; block < rows_; block += depth_) {
    const std::int64_t end = std::min(block + depth_, rows_);
    for (std::int64_t k = block; k < end; k += kPackedRows)
      for (std::int64_t column = own.begin; column < own.end; column += width) {
        const std::int64_t position = offset(block, column) + (k - block) * width;
        const std::int64_t rows = std::min(kPackedRows, end - k), columns = std::min(width, own.end - column);
        if (is_bfloat(compute_)) {
          compute_.kernels->bfloat->pack(words_.data() + position / 2, width, b.row(k) + column, b.pitch, rows,
                                         columns);
        } else {
          compute_.kernels->copy(floats_.data() + position, width, b.row(k) + column, b.pitch, rows, columns);
        }
      }
    if (is_bfloat(compute_))
      for (std::int64_t column = own.begin; column < own.end; column += width) clear_padding(block, column);
  }
}

void PackedMatrix::pack_transposed(parallel::Team& team, memory::MatrixView<const float> bt) {
  assert(bt.rows == columns_ && bt.columns == rows_);
  const std::int64_t width = panel_columns();
  const parallel::Range own = team.share(columns_, width);
  for (std::int64_t column = own.begin; column < own.end; column += width)
    for (std::int64_t block = 0; block < rows_; block += depth_) {
      const std::int64_t position = offset(block, column);
      const float* from = bt.row(column) + block;
      const std::int64_t columns = std::min(width, own.end - column), depth = std::min(depth_, rows_ - block);
      if (is_bfloat(compute_)) {
        compute_.kernels->bfloat->pack_transposed(words_.data() + position / 2, width, from, bt.pitch, depth, columns);
        clear_padding(block, column);
      } else {
        compute_.kernels->transpose(floats_.data() + position, width, from, bt.pitch, columns, depth);
      }
    }
}

}  // namespace wordkin::linalg
