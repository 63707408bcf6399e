// Declarations of the tables that the ISA files define. Separate from select.h because files compiled for an ISA must
// not include library code.
#pragma once

#include "kernels/kernel_table.h"

namespace wordkin::kernels {

extern const KernelTable kBaselineTable;
extern const KernelTable kNeonTable;
extern const KernelTable kAvx2Table;
extern const KernelTable kAvx512Table;

// The kernels for 8-bit integers that other instruction sets add to a table.
extern const Int8Kernels kNeonDotInt8;
extern const Int8Kernels kAvxVnniInt8;
extern const Int8Kernels kAvx512VnniInt8;
extern const Int8Kernels kAmxInt8;

// The bfloat16 kernels that AVX512-BF16 and AMX add to the AVX-512 table.
extern const BfloatKernels kAvx512Bf16Kernels;
extern const BfloatKernels kAmxKernels;

}  // namespace wordkin::kernels
