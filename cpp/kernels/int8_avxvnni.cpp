// Products of 8-bit integers with AVX-VNNI. All other kernels on such a machine are those for AVX2.
#define WORDKIN_VEC_HEADER "kernels/vec_avx2.h"

#include "kernels/int8_dot256.inl.h"
#include "kernels/tables.h"

namespace wordkin::kernels {

constinit const Int8Kernels kAvxVnniInt8 = int8_kernels<ByteDots256>();

}  // namespace wordkin::kernels
