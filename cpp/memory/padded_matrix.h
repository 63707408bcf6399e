// An owning float matrix with padded rows whose number of rows can change.
#pragma once

#include <cstddef>
#include <cstdint>

#include "memory/matrix_view.h"
#include "memory/row_buffer.h"

namespace wordkin::memory {

class PaddedMatrix {
 public:
  PaddedMatrix() = default;
  PaddedMatrix(std::int64_t rows, std::int64_t columns) : buffer_(columns) { resize(rows); }

  // Sets the number of rows. The values are unspecified afterwards. Capacity only grows (see RowBuffer::reserve).
  void resize(std::int64_t rows) {
    rows_ = rows;
    buffer_.reserve(rows);
  }

  [[nodiscard]] MatrixView<float> view() { return buffer_.rows(rows_); }
  [[nodiscard]] std::size_t bytes() const { return buffer_.bytes(); }

 private:
  std::int64_t rows_ = 0;
  RowBuffer<float> buffer_;
};

}  // namespace wordkin::memory
