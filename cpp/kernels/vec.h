// Includes the Vec type of the instruction set for which the including file is compiled; see isa_*.cpp.
#pragma once

#include WORDKIN_VEC_HEADER

// For the inner functions of a kernel, where a call would spill all registers, and for its rare cases.
#if defined(_MSC_VER)
#define WORDKIN_INLINE __forceinline
#define WORDKIN_NOINLINE __declspec(noinline)
#else
#define WORDKIN_INLINE inline __attribute__((always_inline))
#define WORDKIN_NOINLINE __attribute__((noinline))
#endif

// Before a loop that reads registers of an inner loop, which keeps them in memory: unrolled, both loops would compete
// for registers.
#if defined(__clang__)
#define WORDKIN_ROLLED _Pragma("clang loop unroll(disable)")
#elif defined(__GNUC__)
#define WORDKIN_ROLLED _Pragma("GCC unroll 1")
#else
#define WORDKIN_ROLLED
#endif
