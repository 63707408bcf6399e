// A float matrix of our own, its rows a cache line more than whole cache lines apart: the same column of many rows,
// which products read together, would fall into one set of the cache if rows were powers of two apart.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "kernels/kernel_table.h"
#include "memory/aligned_buffer.h"
#include "memory/matrix_view.h"

namespace wordkin::memory {

class PaddedMatrix {
 public:
  PaddedMatrix() = default;
  PaddedMatrix(std::int64_t rows, std::int64_t columns)
      : rows_(rows),
        columns_(columns),
        pitch_((columns + kernels::kRowMultiple - 1) / kernels::kRowMultiple * kernels::kRowMultiple +
               kernels::kRowMultiple),
        floats_(static_cast<std::size_t>(rows * pitch_)) {}

  // Becomes a matrix of so many rows, worthless ones. Memory is asked for only where it never had as many, and then for
  // a quarter more than there was: batches that grow bit by bit would ask at every step.
  void resize(std::int64_t rows) {
    rows_ = rows;
    std::size_t floats = static_cast<std::size_t>(rows * pitch_);
    if (floats <= floats_.size()) return;
    floats = std::max(floats, floats_.size() + floats_.size() / 4);
    floats_ = AlignedBuffer<float>();
    floats_ = AlignedBuffer<float>(floats);
  }

  [[nodiscard]] MatrixView<float> view() { return {floats_.data(), rows_, columns_, pitch_}; }
  [[nodiscard]] std::size_t bytes() const { return floats_.size() * sizeof(float); }

 private:
  std::int64_t rows_ = 0;
  std::int64_t columns_ = 0;
  std::int64_t pitch_ = 0;
  AlignedBuffer<float> floats_;
};

}  // namespace wordkin::memory
