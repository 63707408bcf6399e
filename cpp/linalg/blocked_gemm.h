// Products of matrices that are not packed in advance: blocks of both operands are packed into scratch memory as they
// are needed.
#pragma once

#include <cstdint>

#include "linalg/compute.h"
#include "memory/matrix_view.h"

namespace wordkin::linalg {

// One operand of a product: a matrix or its transpose.
struct Operand {
  memory::MatrixView<const float> stored;
  bool transposed;

  [[nodiscard]] std::int64_t rows() const { return transposed ? stored.columns : stored.rows; }
  [[nodiscard]] std::int64_t columns() const { return transposed ? stored.rows : stored.columns; }
  [[nodiscard]] const float* at(std::int64_t row, std::int64_t column) const {
    return transposed ? stored.data + column * stored.pitch + row : stored.data + row * stored.pitch + column;
  }
  [[nodiscard]] Operand rows_from(std::int64_t first, std::int64_t count) const {
    auto part = stored;
    part.data += transposed ? first : first * stored.pitch;
    (transposed ? part.columns : part.rows) = count;
    return {part, transposed};
  }
  [[nodiscard]] Operand columns_from(std::int64_t first, std::int64_t count) const {
    auto part = stored;
    part.data += transposed ? first * stored.pitch : first;
    (transposed ? part.rows : part.columns) = count;
    return {part, transposed};
  }
};

// C (m, n) = A (m, k) B (k, n), or += if `adds`. scratch: OUT (Scratch::kFloats).
void blocked_gemm(const Compute& compute, memory::MatrixView<float> c, const Operand& a, const Operand& b, bool adds,
                  float* scratch);

}  // namespace wordkin::linalg
