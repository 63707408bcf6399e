// Includes the Vec type of the instruction set for which the including file is compiled; see isa_*.cpp.
#pragma once

#include WORDKIN_VEC_HEADER

// For the inner functions of a kernel, where a call would spill all registers.
#if defined(_MSC_VER)
#define WORDKIN_INLINE __forceinline
#else
#define WORDKIN_INLINE inline __attribute__((always_inline))
#endif
