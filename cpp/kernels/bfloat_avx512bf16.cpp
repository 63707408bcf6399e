// The bfloat16 kernels of AVX512-BF16; all others of such a machine are AVX-512's.
#define WORDKIN_VEC_HEADER "kernels/vec_avx512.h"

#include "kernels/bfloat_dot.inl.h"
#include "kernels/tables.h"

namespace wordkin::kernels {

const BfloatKernels kAvx512Bf16Kernels = kDotBfloat;

}  // namespace wordkin::kernels
