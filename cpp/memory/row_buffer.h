// Rows that kernels read without tails, as many as a call needs: room that only grows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "memory/aligned_buffer.h"
#include "memory/matrix_view.h"

namespace wordkin::memory {

inline constexpr std::int64_t kPaddedColumns = 16;  // floats: one cache line

constexpr std::int64_t padded(std::int64_t columns) {
  return (columns + kPaddedColumns - 1) / kPaddedColumns * kPaddedColumns;
}

template <typename T>
class RowBuffer {
 public:
  RowBuffer() = default;
  explicit RowBuffer(std::int64_t columns) : columns_(columns) {}

  void reserve(std::int64_t rows) {
    if (rows <= rows_) return;
    rows_ = std::max(rows, rows_ + rows_ / 4);  // calls that need a little more each would ask for memory every time
    buffer_ = AlignedBuffer<T>();
    buffer_ = AlignedBuffer<T>(static_cast<std::size_t>(rows_ * pitch()));
  }
  // The first `rows` rows; behind the columns of each stand numbers that are finite and mean nothing.
  [[nodiscard]] MatrixView<T> rows(std::int64_t rows) { return {buffer_.data(), rows, columns_, pitch()}; }

 private:
  // A cache line more than padded: the same column of many rows, which products read together, would fall into one set
  // of the cache if rows were powers of two apart.
  [[nodiscard]] std::int64_t pitch() const { return padded(columns_) + kPaddedColumns; }

  std::int64_t columns_ = 0;
  std::int64_t rows_ = 0;
  AlignedBuffer<T> buffer_;
};

}  // namespace wordkin::memory
