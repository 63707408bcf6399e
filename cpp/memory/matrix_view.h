// A row-major float matrix seen from outside: who owns the bytes is not said here, and never is a view.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>

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
  [[nodiscard]] bool empty() const { return data == nullptr; }
};

}  // namespace wordkin::memory
