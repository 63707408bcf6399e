// A growable buffer of rows padded to whole cache lines, so that kernels need no code for partial vectors.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "memory/aligned_buffer.h"
#include "memory/matrix_view.h"
#include "memory/round_up.h"

namespace wordkin::memory {

inline constexpr std::int64_t kPaddedColumns = 16;  // floats in one cache line

constexpr std::int64_t padded(std::int64_t columns) { return round_up(columns, kPaddedColumns); }

template <typename T>
class RowBuffer {
 public:
  RowBuffer() = default;
  explicit RowBuffer(std::int64_t columns) : columns_(columns) {}

  // Makes sure that there is room for `rows` rows; existing values are discarded when the buffer grows. It grows by at
  // least a quarter: otherwise a series of slightly larger batches would allocate in every call.
  void reserve(std::int64_t rows) {
    if (rows <= rows_) return;
    rows_ = std::max(rows, rows_ + rows_ / 4);
    buffer_ = AlignedBuffer<T>();
    buffer_ = AlignedBuffer<T>(static_cast<std::size_t>(rows_ * pitch()));
  }
  // The first `rows` rows. The padding after the columns of each row holds finite, unspecified values.
  [[nodiscard]] MatrixView<T> rows(std::int64_t rows) { return {buffer_.data(), rows, columns_, pitch()}; }
  [[nodiscard]] std::size_t bytes() const { return buffer_.size() * sizeof(T); }

 private:
  // One cache line more than the padded columns: matrix products read the same column of many rows together, and these
  // elements would map to a single cache set if the row pitch were a power of two.
  [[nodiscard]] std::int64_t pitch() const { return padded(columns_) + kPaddedColumns; }

  std::int64_t columns_ = 0;
  std::int64_t rows_ = 0;
  AlignedBuffer<T> buffer_;
};

}  // namespace wordkin::memory
