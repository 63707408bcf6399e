// The tables that the ISA files define. Kept apart from select.h: what an ISA file includes must hold no library code.
#pragma once

#include "kernels/kernel_table.h"

namespace wordkin::kernels {

extern const KernelTable kBaselineTable;
extern const KernelTable kNeonTable;
extern const KernelTable kAvx2Table;
extern const KernelTable kAvx512Table;

// What AVX512-BF16 and AMX add to the table of AVX-512.
extern const BfloatKernels kAvx512Bf16Kernels;
extern const BfloatKernels kAmxKernels;

}  // namespace wordkin::kernels
