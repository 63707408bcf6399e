// The tables that the ISA files define. Kept apart from select.h: what an ISA file includes must hold no library code.
#pragma once

#include "kernels/kernel_table.h"

namespace wordkin::kernels {

extern const KernelTable kBaselineTable;
extern const KernelTable kNeonTable;
extern const KernelTable kAvx2Table;
extern const KernelTable kAvx512Table;

}  // namespace wordkin::kernels
