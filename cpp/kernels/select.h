// Selects the kernels of an ISA.
#pragma once

#include <vector>

#include "kernels/kernel_table.h"

namespace wordkin::kernels {

// The ISAs that are included in this build and supported by this machine, in order of increasing speed. Never empty.
std::vector<Isa> available();

// The kernels of an available ISA. Throws std::invalid_argument if it is not available.
const KernelTable& table_of(Isa isa);

}  // namespace wordkin::kernels
