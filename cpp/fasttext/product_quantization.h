// Product quantisation of the rows of a matrix (Jégou et al. 2011): k-means for each part of the columns, and the codes
// of the nearest centroids. The schedule is that of fastText: 25 rounds on at most 65,536 rows.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "kernels/kernel_table.h"
#include "memory/matrix_view.h"

namespace wordkin::fasttext {

// Columns `first` to `first + width` of each row, divided by the norm of the row if there are norms. A row with the
// norm 0 is not divided.
struct RowPart {
  memory::MatrixView<const float> rows;
  std::span<const float> norms;  // (rows), or none
  std::int64_t first;
  std::int64_t width;
};

// centroids: OUT (256, width). Ends early, with unspecified centroids, if `cancelled` is set. At least 256 rows.
void train_centroids(float* centroids, const RowPart& part, std::uint64_t seed, std::uint64_t stream,
                     const kernels::KernelTable& kernels, const std::atomic<bool>& cancelled);

// codes: OUT, one for each row, `pitch` bytes apart.
void encode_part(std::uint8_t* codes, std::int64_t pitch, const float* centroids, const RowPart& part,
                 const kernels::KernelTable& kernels, const std::atomic<bool>& cancelled);

}  // namespace wordkin::fasttext
