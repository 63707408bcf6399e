// All kernels, compiled for NEON.
#define WORDKIN_VEC_HEADER "kernels/vec_neon.h"

#include "kernels/all_kernels.inl.h"
#include "kernels/tables.h"

namespace wordkin::kernels {

constinit const KernelTable kNeonTable = all_kernels(Isa::kNeon);

}  // namespace wordkin::kernels
