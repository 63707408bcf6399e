// All kernels, compiled for AVX-512.
#define WORDKIN_VEC_HEADER "kernels/vec_avx512.h"

#include "kernels/all_kernels.inl.h"
#include "kernels/tables.h"

namespace wordkin::kernels {

constinit const KernelTable kAvx512Table = all_kernels(Isa::kAvx512);

}  // namespace wordkin::kernels
