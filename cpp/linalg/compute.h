// How arithmetic is performed: the kernels and the precision. Passed as an argument, never stored globally.
#pragma once

#include "kernels/kernel_table.h"

namespace wordkin::linalg {

// kBfloat16: operands of matrix products are rounded to bfloat16 (to nearest, ties to even); products and sums are
// float32. kInt8: products with packed matrices round their operands to 8-bit integers (kernels::Int8Product); the
// matrices are rounded before they are packed. For inference only; all other products are float32.
enum class Precision { kFloat32, kBfloat16, kInt8 };

// The use of packed weights: backward passes also need them transposed.
enum class Purpose { kInference, kTraining };

struct Compute {
  const kernels::KernelTable* kernels;
  Precision precision = Precision::kFloat32;

  // For products that have no operands of 8-bit integers.
  [[nodiscard]] Compute of_floats() const {
    return {kernels, precision == Precision::kInt8 ? Precision::kFloat32 : precision};
  }
};

}  // namespace wordkin::linalg
