// The bfloat16 kernels for AMX. All other kernels on such a machine are those for AVX-512.
#define WORDKIN_VEC_HEADER "kernels/vec_avx512.h"

#include "kernels/bfloat_amx.inl.h"
#include "kernels/tables.h"

namespace wordkin::kernels {

const BfloatKernels kAmxKernels = kAmxBfloat;

}  // namespace wordkin::kernels
