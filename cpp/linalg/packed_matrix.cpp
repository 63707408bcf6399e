#include "linalg/packed_matrix.h"

#include <algorithm>
#include <cassert>

#include "memory/round_up.h"

namespace wordkin::linalg {
namespace {

// Maximum depth of a block. With shallower blocks a panel stays in the first-level cache, but C is accessed more often:
// for all matrix shapes of ELMo, 512 is as fast as 256 or up to 10 % faster, and 1024 is no faster.
constexpr std::int64_t kMaxBlockDepth = 512;
// For bytes, deep enough for all published models, whose rows then have a single scale. Sums of products stay below
// 2^31 up to a depth of 133,000; the rounded rows of a block must fit the scratch memory.
constexpr std::int64_t kMaxInt8Depth = 16384;

// Rows that are copied together: as many concurrent streams as the hardware prefetcher tracks, without exceeding the
// first-level TLB.
constexpr std::int64_t kPackedRows = 16;

bool is_bfloat(const Compute& compute) { return compute.precision == Precision::kBfloat16; }

bool is_int8(const Compute& compute) { return compute.precision == Precision::kInt8; }

std::int64_t depth_multiple(const Compute& compute) {
  if (is_int8(compute)) return compute.kernels->int8->depth_multiple;
  return is_bfloat(compute) ? compute.kernels->bfloat->depth_multiple : 1;
}

// Depth of blocks of nearly equal size, a multiple of 4.
std::int64_t depth_of(const Compute& compute, std::int64_t k) {
  const std::int64_t limit = is_int8(compute) ? kMaxInt8Depth : kMaxBlockDepth;
  const std::int64_t blocks = std::max<std::int64_t>((k + limit - 1) / limit, 1);
  return memory::round_up((k + blocks - 1) / blocks, std::max<std::int64_t>(4, depth_multiple(compute)));
}

}  // namespace

PackedMatrix::PackedMatrix(const Compute& compute, std::int64_t k, std::int64_t n) : compute_(compute) {
  shape(k, n);
  if (is_int8(compute_)) {
    bytes_ = memory::UninitializedBuffer<std::int8_t>(static_cast<std::size_t>(element_count()));
    scales_ = memory::AlignedBuffer<float>(static_cast<std::size_t>(padded_columns_));
    offsets_ = memory::AlignedBuffer<std::int32_t>(static_cast<std::size_t>((block_of(k) + 1) * padded_columns_));
  } else if (is_bfloat(compute_)) {
    words_ = memory::UninitializedBuffer<std::uint32_t>(static_cast<std::size_t>(element_count() / 2));
  } else {
    floats_ = memory::UninitializedBuffer<float>(static_cast<std::size_t>(element_count()));
  }
  clear_last_panels();
}

void PackedMatrix::reshape(std::int64_t k, std::int64_t n) {
  assert(!is_int8(compute_));  // for inference only
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
    if (is_int8(compute_)) {
      std::fill_n(bytes_.data() + begin, size, std::int8_t{0});
    } else if (is_bfloat(compute_)) {
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
  assert(b.rows == rows_ && b.columns == columns_ && !is_int8(compute_));
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
  assert(bt.rows == columns_ && bt.columns == rows_ && !is_int8(compute_));
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

void PackedMatrix::pack(parallel::Team& team, const Int8Matrix& b) {
  assert(b.values.rows == rows_ && b.values.columns == columns_ && is_int8(compute_));
  const parallel::Range own = team.share(columns_, panel_columns());
  for (std::int64_t column = own.begin; column < own.end; column += panel_columns())
    for (std::int64_t block = 0; block < rows_; block += depth_) pack_panel(b, block, column);
  std::copy_n(b.scales.data() + own.begin, own.size(), scales_.data() + own.begin);
}

void PackedMatrix::pack_panel(const Int8Matrix& b, std::int64_t k, std::int64_t column) {
  constexpr std::int32_t kOffset = 128;
  const std::int64_t width = panel_columns(), columns = std::min(width, columns_ - column);
  const std::int64_t depth = std::min(depth_, rows_ - k), group = compute_.kernels->int8->group;
  std::int8_t* const panel = bytes_.data() + offset(k, column);
  std::int32_t* const offsets = offsets_.data() + block_of(k) * padded_columns_ + column;
  std::fill_n(panel, padded_depth(k) * width, std::int8_t{0});
  std::fill_n(offsets, width, 0);
  for (std::int64_t i = 0; i < depth; ++i) {
    const std::int8_t* const from = b.values.row(k + i) + column;
    std::int8_t* const to = panel + i / group * group * width + i % group;
    for (std::int64_t j = 0; j < columns; ++j) {
      to[j * group] = from[j];
      offsets[j] -= kOffset * from[j];
    }
  }
}

}  // namespace wordkin::linalg
