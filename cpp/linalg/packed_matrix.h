// The right-hand operand of a matrix product in the memory layout that the kernels read. Packed once per optimizer step
// or once per loaded model, then read many times.
//
// The rows are divided into blocks of depth() rows, the same for every product, so that one panel of a block stays in
// the first-level cache while the rows of A are processed. Within a block the columns are divided into panels, each
// stored row by row. Panels and blocks are stored consecutively, so a product reads the matrix sequentially.
#pragma once

#include <cstddef>
#include <cstdint>

#include "linalg/compute.h"
#include "linalg/int8_matrix.h"
#include "memory/aligned_buffer.h"
#include "memory/matrix_view.h"
#include "memory/uninitialized_buffer.h"
#include "parallel/team.h"

namespace wordkin::linalg {

class PackedMatrix {
 public:
  PackedMatrix() = default;
  // Allocates space for a (k, n) matrix with unspecified values.
  PackedMatrix(const Compute& compute, std::int64_t k, std::int64_t n);

  // Changes the shape to one that needs no more memory; packed values are lost. Called by one thread.
  void reshape(std::int64_t k, std::int64_t n);

  // Each member packs its share of the panels; a barrier is required between packing and the first product.
  void pack(parallel::Team& team, memory::MatrixView<const float> b);              // b: (k, n)
  void pack_transposed(parallel::Team& team, memory::MatrixView<const float> bt);  // bt: (n, k)
  void pack(parallel::Team& team, const Int8Matrix& b);  // b: (k, n); for Precision::kInt8, and only for it

  [[nodiscard]] const Compute& compute() const { return compute_; }
  [[nodiscard]] std::int64_t rows() const { return rows_; }
  [[nodiscard]] std::int64_t columns() const { return columns_; }
  [[nodiscard]] std::size_t bytes() const {
    return (floats_.size() + words_.size() + scales_.size() + offsets_.size()) * 4 + bytes_.size();
  }

  [[nodiscard]] std::int64_t panel_columns() const { return compute_.kernels->panel_columns; }
  // Number of rows per block, and of the block that begins at row k (a multiple of depth()) including zero padding.
  [[nodiscard]] std::int64_t depth() const { return depth_; }
  [[nodiscard]] std::int64_t padded_depth(std::int64_t k) const;
  // The panel that begins at `column` (a multiple of panel_columns) in the block that begins at row k: floats, pairs of
  // bfloat16, or groups of bytes.
  [[nodiscard]] const float* panel(std::int64_t k, std::int64_t column) const {
    return floats_.data() + offset(k, column);
  }
  [[nodiscard]] const std::uint32_t* bfloat_panel(std::int64_t k, std::int64_t column) const {
    return words_.data() + offset(k, column) / 2;
  }
  [[nodiscard]] const std::int8_t* int8_panel(std::int64_t k, std::int64_t column) const {
    return bytes_.data() + offset(k, column);
  }
  // For kernels::Int8Product.
  [[nodiscard]] const float* scales(std::int64_t column) const { return scales_.data() + column; }
  [[nodiscard]] const std::int32_t* offsets(std::int64_t k, std::int64_t column) const {
    return offsets_.data() + block_of(k) * padded_columns_ + column;
  }

 private:
  [[nodiscard]] std::int64_t offset(std::int64_t k, std::int64_t column) const {
    return k * padded_columns_ + padded_depth(k) * column;
  }
  [[nodiscard]] std::int64_t block_of(std::int64_t k) const { return depth_ == 0 ? 0 : k / depth_; }
  [[nodiscard]] std::int64_t element_count() const;
  void shape(std::int64_t k, std::int64_t n);
  void clear_last_panels();
  void clear_padding(std::int64_t k, std::int64_t column);
  void pack_panel(const Int8Matrix& b, std::int64_t k, std::int64_t column);

  Compute compute_{nullptr};
  std::int64_t rows_ = 0;
  std::int64_t columns_ = 0;
  std::int64_t depth_ = 0;           // rows per block
  std::int64_t padded_columns_ = 0;  // a multiple of panel_columns
  // Only one of the three is allocated. The values in columns past the last one are arbitrary because no product stores
  // them, but they must not be subnormal, which many processors multiply slowly.
  memory::UninitializedBuffer<float> floats_;
  memory::UninitializedBuffer<std::uint32_t> words_;
  memory::UninitializedBuffer<std::int8_t> bytes_;
  // With bytes_: (padded columns), and for each block (padded columns).
  memory::AlignedBuffer<float> scales_;
  memory::AlignedBuffer<std::int32_t> offsets_;
};

}  // namespace wordkin::linalg
