// The bfloat16 kernels for AVX512-BF16. All other kernels on such a machine are those for AVX-512.
#define WORDKIN_VEC_HEADER "kernels/vec_avx512.h"

#include "kernels/bfloat_dot.inl.h"
#include "kernels/tables.h"

namespace wordkin::kernels {

const BfloatKernels kAvx512Bf16Kernels = kDotBfloat;

}  // namespace wordkin::kernels
