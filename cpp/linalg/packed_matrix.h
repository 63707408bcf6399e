// The right-hand side of a product in the layout that the kernels read. Packed once per optimiser step or once per
// loaded model, then read many times.
//
// The rows are cut into blocks of depth(), the same for every product, so that a panel of a block stays in the
// first-level cache while rows of A pass. Within a block the columns are cut into panels, each stored row by row;
// panels and blocks lie behind one another, so a product reads the whole as one stream.
#pragma once

#include <cstddef>
#include <cstdint>

#include "linalg/compute.h"
#include "memory/matrix_view.h"
#include "memory/uninitialized_buffer.h"
#include "parallel/team.h"

namespace wordkin::linalg {

class PackedMatrix {
 public:
  PackedMatrix() = default;
  // Room for a matrix of (k, n); anything is in it.
  PackedMatrix(const Compute& compute, std::int64_t k, std::int64_t n);

  // Becomes a matrix of another shape that needs no more room; what was packed is lost. One thread calls it.
  void reshape(std::int64_t k, std::int64_t n);

  // Every member packs its share of the panels; a barrier must stand between this and the first product.
  void pack(parallel::Team& team, memory::MatrixView<const float> b);              // b: (k, n)
  void pack_transposed(parallel::Team& team, memory::MatrixView<const float> bt);  // bt: (n, k)

  [[nodiscard]] const Compute& compute() const { return compute_; }
  [[nodiscard]] std::int64_t rows() const { return rows_; }
  [[nodiscard]] std::int64_t columns() const { return columns_; }
  [[nodiscard]] std::size_t bytes() const { return (floats_.size() + words_.size()) * 4; }

  [[nodiscard]] std::int64_t panel_columns() const { return compute_.kernels->panel_columns; }
  // Rows of a block, and of the one that begins at row k (a multiple of depth()) with the zeros behind them.
  [[nodiscard]] std::int64_t depth() const { return depth_; }
  [[nodiscard]] std::int64_t padded_depth(std::int64_t k) const;
  // The first panel of a column (a multiple of panel_columns) in the block that begins at row k: of floats, or of pairs
  // of bfloat16.
  [[nodiscard]] const float* panel(std::int64_t k, std::int64_t column) const {
    return floats_.data() + offset(k, column);
  }
  [[nodiscard]] const std::uint32_t* bfloat_panel(std::int64_t k, std::int64_t column) const {
    return words_.data() + offset(k, column) / 2;
  }

 private:
  [[nodiscard]] std::int64_t offset(std::int64_t k, std::int64_t column) const {
    return k * padded_columns_ + padded_depth(k) * column;
  }
  [[nodiscard]] std::int64_t numbers() const;
  void shape(std::int64_t k, std::int64_t n);
  void clear_last_panels();
  void clear_padding(std::int64_t k, std::int64_t column);

  Compute compute_{nullptr};
  std::int64_t rows_ = 0;
  std::int64_t columns_ = 0;
  std::int64_t depth_ = 0;           // of a block
  std::int64_t padded_columns_ = 0;  // a multiple of panel_columns
  // One of the two. Columns behind the last: any numbers, as no product stores them, but no tiny ones, which processors
  // multiply slowly.
  memory::UninitializedBuffer<float> floats_;
  memory::UninitializedBuffer<std::uint32_t> words_;
};

}  // namespace wordkin::linalg
