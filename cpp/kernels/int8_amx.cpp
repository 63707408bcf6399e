// Products of 8-bit integers with AMX. All other kernels on such a machine are those for AVX-512 and the bfloat16
// kernels for AMX.
#define WORDKIN_VEC_HEADER "kernels/vec_avx512.h"

#include "kernels/int8_amx.inl.h"
#include "kernels/tables.h"

namespace wordkin::kernels {

constinit const Int8Kernels kAmxInt8 = kAmxBytes;

}  // namespace wordkin::kernels
