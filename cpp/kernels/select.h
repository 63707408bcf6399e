// From an ISA to its kernels.
#pragma once

#include <vector>

#include "kernels/kernel_table.h"

namespace wordkin::kernels {

// The ISAs that this build contains and this machine runs, the fastest last. Never empty.
std::vector<Isa> available();

// The kernels of an available ISA. Throws std::invalid_argument for one that is not.
const KernelTable& table_of(Isa isa);

}  // namespace wordkin::kernels
