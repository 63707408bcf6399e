#include "fasttext/row_matrix.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace wordkin::fasttext {
namespace {

constexpr std::int64_t kLanes = 16;  // partial sums, so that compilers use vector instructions

float load(const std::byte* floats, std::int64_t index) {
  float value;
  std::memcpy(&value, floats + index * static_cast<std::int64_t>(sizeof value), sizeof value);
  return value;
}

}  // namespace

float RowMatrix::norm(std::int64_t row) const {
  if (quantized_.norm_codes.empty()) return 1.0f;
  return *quantized_.norms.centroid(0, quantized_.norm_codes[static_cast<std::size_t>(row)], 1);
}

template <typename Visit>
void RowMatrix::for_each_part(std::int64_t row, const Visit& visit) const {
  const auto& quantizer = quantized_.rows;
  const std::int64_t parts = quantizer.parts();
  const std::uint8_t* const codes = quantized_.codes.data() + row * parts;
  for (std::int64_t part = 0; part < parts; ++part) {
    const std::int64_t first = part * quantizer.part_columns;
    const std::int64_t width = std::min(quantizer.part_columns, columns_ - first);
    visit(first, quantizer.centroid(part, codes[part], width), width);
  }
}

// Parts of kWidth columns, all of them complete.
template <std::int64_t kWidth>
void RowMatrix::add_parts(float* sum, std::span<const std::int32_t> rows) const {
  const std::int64_t parts = columns_ / kWidth;
  for (const std::int32_t row : rows) {
    const float factor = norm(row);
    const std::uint8_t* const codes = quantized_.codes.data() + row * parts;
    const float* table = quantized_.rows.centroids.data();
    for (std::int64_t part = 0; part < parts; ++part, table += kCentroids * kWidth)
      for (std::int64_t i = 0; i < kWidth; ++i) sum[part * kWidth + i] += factor * table[codes[part] * kWidth + i];
  }
}

void RowMatrix::add_rows(float* sum, std::span<const std::int32_t> rows) const {
  if (is_quantized() && quantized_.rows.part_columns == 2 && columns_ % 2 == 0) {  // fastText's default
    add_parts<2>(sum, rows);
    return;
  }
  for (const std::int32_t row : rows) {
    if (is_quantized()) {
      const float factor = norm(row);
      for_each_part(row, [&](std::int64_t first, const float* centroid, std::int64_t width) {
        for (std::int64_t i = 0; i < width; ++i) sum[first + i] += factor * centroid[i];
      });
    } else {
      const std::byte* const values = floats_.data() + row * pitch_;
      for (std::int64_t i = 0; i < columns_; ++i) sum[i] += load(values, i);
    }
  }
}

float RowMatrix::dot(const float* vector, std::int64_t row) const {
  if (is_quantized()) {
    float result = 0.0f;
    for_each_part(row, [&](std::int64_t first, const float* centroid, std::int64_t width) {
      for (std::int64_t i = 0; i < width; ++i) result += vector[first + i] * centroid[i];
    });
    return result * norm(row);
  }
  const std::byte* const values = floats_.data() + row * pitch_;
  std::array<float, kLanes> sums{};
  std::int64_t at = 0;
  for (; at + kLanes <= columns_; at += kLanes)
    for (std::int64_t lane = 0; lane < kLanes; ++lane)
      sums[static_cast<std::size_t>(lane)] += vector[at + lane] * load(values, at + lane);
  float result = 0.0f;
  for (; at < columns_; ++at) result += vector[at] * load(values, at);
  for (const float sum : sums) result += sum;
  return result;
}

}  // namespace wordkin::fasttext
