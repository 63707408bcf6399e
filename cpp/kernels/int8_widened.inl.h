// Products of 8-bit integers without instructions for dot products of bytes. Included once per ISA.
#pragma once

#include "kernels/int8_tiles.inl.h"
#include "kernels/kernel_table.h"
#include "kernels/vec.h"

namespace wordkin::kernels {
namespace {

constexpr Int8Kernels kWidenedInt8 = int8_kernels<BytePairs>();

}  // namespace
}  // namespace wordkin::kernels
