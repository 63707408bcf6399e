// The instruction sets for which kernels are compiled, their names, and whether this machine supports them.
#pragma once

#include <optional>
#include <string_view>

namespace wordkin::kernels {

// In order of preference within an architecture; kBaseline runs on every machine. kNeonDot, kAvxVnni and kAvx512Vnni
// are NEON, AVX2 and AVX-512 plus dot products of bytes; kAvx512Bf16 and kAmx are AVX-512 plus instructions for
// products with reduced precision.
enum class Isa { kBaseline, kNeon, kNeonDot, kAvx2, kAvxVnni, kAvx512, kAvx512Vnni, kAvx512Bf16, kAmx };

std::string_view name_of(Isa isa);
std::optional<Isa> isa_named(std::string_view name);

// Whether this CPU and its operating system support the ISA. Checks feature bits (and XCR0 for the saved register
// state), never model numbers. For AMX the process also requests permission from Linux, once for all its threads.
bool is_supported(Isa isa);

// Whether this CPU can multiply tiles of bytes; only if kAmx is supported.
bool has_amx_int8();

}  // namespace wordkin::kernels
