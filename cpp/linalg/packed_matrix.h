// The right-hand side of a product in the layout that the kernels read: panels of columns, one behind the other, each
// stored row by row. Packed once per optimiser step or once per loaded model, then read many times.
#pragma once

#include <cstddef>
#include <cstdint>

#include "linalg/compute.h"
#include "memory/aligned_buffer.h"
#include "memory/matrix_view.h"
#include "parallel/team.h"

namespace wordkin::linalg {

class PackedMatrix {
 public:
  PackedMatrix() = default;
  // Room for a matrix of (k, n), zeros.
  PackedMatrix(const Compute& compute, std::int64_t k, std::int64_t n);

  // Every member packs its share of the panels; a barrier must stand between this and the first product.
  void pack(parallel::Team& team, memory::MatrixView<const float> b);              // b: (k, n)
  void pack_transposed(parallel::Team& team, memory::MatrixView<const float> bt);  // bt: (n, k)

  [[nodiscard]] const Compute& compute() const { return compute_; }
  [[nodiscard]] std::int64_t rows() const { return rows_; }
  [[nodiscard]] std::int64_t columns() const { return columns_; }
  [[nodiscard]] std::size_t bytes() const { return floats_.size() * sizeof(float); }

  [[nodiscard]] std::int64_t panel_columns() const { return compute_.kernels->panel_columns; }
  [[nodiscard]] std::int64_t panel_floats() const { return rows_ * panel_columns(); }
  [[nodiscard]] const float* panel(std::int64_t index) const { return floats_.data() + index * panel_floats(); }

 private:
  Compute compute_{nullptr};
  std::int64_t rows_ = 0;
  std::int64_t columns_ = 0;
  memory::AlignedBuffer<float> floats_;  // columns behind the last are zero
};

}  // namespace wordkin::linalg
