// Vec of the instruction set that the including file is compiled for; isa_*.cpp says which.
#pragma once

#include WORDKIN_VEC_HEADER

// For the inner pieces of a kernel: a call there would spill every register.
#if defined(_MSC_VER)
#define WORDKIN_INLINE __forceinline
#else
#define WORDKIN_INLINE inline __attribute__((always_inline))
#endif
