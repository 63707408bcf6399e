// Products of 8-bit integers with AVX512-VNNI. All other kernels on such a machine are those for AVX-512.
#define WORDKIN_VEC_HEADER "kernels/vec_avx512.h"

#include "kernels/int8_dot512.inl.h"
#include "kernels/tables.h"

namespace wordkin::kernels {

constinit const Int8Kernels kAvx512VnniInt8 = int8_kernels<ByteDots512>();

}  // namespace wordkin::kernels
