// The input or output matrix of a fastText model, dense or compressed by product quantisation (Jégou et al. 2011,
// "Product quantization for nearest neighbor search"; Joulin et al. 2016, "FastText.zip").
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace wordkin::fasttext {

inline constexpr std::int64_t kCentroids = 256;  // of each part, one for each code

// Rows of `columns` numbers are divided into parts of `part_columns`; the last part may be shorter.
struct ProductQuantizer {
  std::span<const float> centroids;  // (parts, kCentroids, columns of the part)
  std::int64_t columns = 0;
  std::int64_t part_columns = 0;

  [[nodiscard]] std::int64_t parts() const { return (columns + part_columns - 1) / part_columns; }
  [[nodiscard]] const float* centroid(std::int64_t part, std::uint8_t code, std::int64_t width) const {
    return centroids.data() + part * kCentroids * part_columns + code * width;
  }
};

// One byte for each part of each row, and optionally one for the norm of each row.
struct QuantizedRows {
  std::span<const std::uint8_t> codes;       // (rows, parts)
  std::span<const std::uint8_t> norm_codes;  // (rows), or none: all rows have the norm 1
  ProductQuantizer rows;
  ProductQuantizer norms;  // of one column
};

class RowMatrix {
 public:
  // Dense rows of floats, `pitch` bytes apart. They need no alignment: in a mapped file they follow words of any
  // length.
  RowMatrix(std::span<const std::byte> floats, std::int64_t rows, std::int64_t columns, std::int64_t pitch)
      : floats_(floats), rows_(rows), columns_(columns), pitch_(pitch) {}
  RowMatrix(const QuantizedRows& quantized, std::int64_t rows)
      : quantized_(quantized), rows_(rows), columns_(quantized.rows.columns) {}

  [[nodiscard]] std::int64_t rows() const { return rows_; }
  [[nodiscard]] std::int64_t columns() const { return columns_; }
  [[nodiscard]] bool is_quantized() const { return !quantized_.codes.empty(); }

  void add_rows(float* sum, std::span<const std::int32_t> rows) const;
  [[nodiscard]] float dot(const float* vector, std::int64_t row) const;

 private:
  [[nodiscard]] float norm(std::int64_t row) const;
  template <std::int64_t kWidth>
  void add_parts(float* sum, std::span<const std::int32_t> rows) const;
  template <typename Visit>
  void for_each_part(std::int64_t row, const Visit& visit) const;

  std::span<const std::byte> floats_;
  QuantizedRows quantized_;
  std::int64_t rows_;
  std::int64_t columns_;
  std::int64_t pitch_ = 0;
};

}  // namespace wordkin::fasttext
