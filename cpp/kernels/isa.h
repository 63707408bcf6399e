// The instruction sets for which kernels are compiled, their names, and whether this machine supports them.
#pragma once

#include <optional>
#include <string_view>

namespace wordkin::kernels {

// In order of preference within an architecture; kBaseline runs on every machine. kAvx512Bf16 and kAmx are AVX-512 plus
// bfloat16 instructions for products with that precision.
enum class Isa { kBaseline, kNeon, kAvx2, kAvx512, kAvx512Bf16, kAmx };

std::string_view name_of(Isa isa);
std::optional<Isa> isa_named(std::string_view name);

// Whether this CPU and its operating system support the ISA. Checks feature bits (and XCR0 for the saved register
// state), never model numbers. For AMX the process also requests permission from Linux, once for all its threads.
bool is_supported(Isa isa);

}  // namespace wordkin::kernels
