// All kernels, compiled for the baseline instruction set.
#define WORDKIN_VEC_HEADER "kernels/vec_baseline.h"

#include "kernels/all_kernels.inl.h"
#include "kernels/tables.h"

namespace wordkin::kernels {

constinit const KernelTable kBaselineTable = all_kernels(Isa::kBaseline);

}  // namespace wordkin::kernels
