// How arithmetic is performed: the kernels and the precision. Passed as an argument, never stored globally.
#pragma once

#include "kernels/kernel_table.h"

namespace wordkin::linalg {

// kBfloat16: operands of matrix products are rounded to bfloat16 (to nearest, ties to even); products and sums are
// float32.
enum class Precision { kFloat32, kBfloat16 };

struct Compute {
  const kernels::KernelTable* kernels;
  Precision precision = Precision::kFloat32;
};

}  // namespace wordkin::linalg
