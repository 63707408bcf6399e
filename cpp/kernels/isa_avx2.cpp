// All kernels, compiled for AVX2.
#define WORDKIN_VEC_HEADER "kernels/vec_avx2.h"

#include "kernels/all_kernels.inl.h"
#include "kernels/tables.h"

namespace wordkin::kernels {

constinit const KernelTable kAvx2Table = all_kernels(Isa::kAvx2);

}  // namespace wordkin::kernels
