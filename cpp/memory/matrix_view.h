// A row-major float matrix seen from outside: who owns the bytes is not said here, and never is a view.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace wordkin::memory {

template <typename T>
struct MatrixView {
  T* data = nullptr;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t pitch = 0;  // elements from one row to the next; at least `columns`

  [[nodiscard]] T* row(std::int64_t index) const {
    assert(index >= 0 && index < rows);
    return data + index * pitch;
  }
  // A part that is a matrix itself.
  [[nodiscard]] MatrixView block_of_rows(std::int64_t first, std::int64_t count) const {
    assert(first >= 0 && count >= 0 && first + count <= rows);
    return {data + first * pitch, count, columns, pitch};
  }
  [[nodiscard]] MatrixView block_of_columns(std::int64_t first, std::int64_t count) const {
    assert(first >= 0 && count >= 0 && first + count <= columns);
    return {data + first, rows, count, pitch};
  }
  [[nodiscard]] bool empty() const { return data == nullptr; }

  // Who may write may also only read.
  operator MatrixView<const T>() const  // NOLINT(google-explicit-constructor)
    requires(!std::is_const_v<T>)
  {
    return {data, rows, columns, pitch};
  }
};

}  // namespace wordkin::memory
