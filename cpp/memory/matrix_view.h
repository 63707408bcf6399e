// Non-owning view of a row-major matrix.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace wordkin::memory {

template <typename T>
struct MatrixView {
  T* data = nullptr;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t pitch = 0;  // distance between consecutive rows in elements, at least `columns`

  [[nodiscard]] T* row(std::int64_t index) const {
    assert(index >= 0 && index < rows);
    return data + index * pitch;
  }
  // Sub-matrices, without copying.
  [[nodiscard]] MatrixView block_of_rows(std::int64_t first, std::int64_t count) const {
    assert(first >= 0 && count >= 0 && first + count <= rows);
    return {data + first * pitch, count, columns, pitch};
  }
  [[nodiscard]] MatrixView block_of_columns(std::int64_t first, std::int64_t count) const {
    assert(first >= 0 && count >= 0 && first + count <= columns);
    return {data + first, rows, count, pitch};
  }
  [[nodiscard]] bool empty() const { return data == nullptr; }

  // A mutable view converts to a read-only view.
  operator MatrixView<const T>() const  // NOLINT(google-explicit-constructor)
    requires(!std::is_const_v<T>)
  {
    return {data, rows, columns, pitch};
  }
};

// The elements of a span as a matrix with `columns` columns; an empty view if there are no elements.
template <typename T>
MatrixView<T> matrix_of(std::span<T> elements, std::int64_t columns) {
  if (elements.empty() || columns == 0) return {};
  return {elements.data(), static_cast<std::int64_t>(elements.size()) / columns, columns, columns};
}

}  // namespace wordkin::memory
