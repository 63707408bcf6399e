// The bfloat16 kernels of AMX; all others of such a machine are AVX-512's.
#define WORDKIN_VEC_HEADER "kernels/vec_avx512.h"

#include "kernels/bfloat_amx.inl.h"
#include "kernels/tables.h"

namespace wordkin::kernels {

const BfloatKernels kAmxKernels = kAmxBfloat;

}  // namespace wordkin::kernels
