// The instruction sets that kernels are compiled for, what this machine has of them, and their names.
#pragma once

#include <optional>
#include <string_view>

namespace wordkin::kernels {

// In order of preference within an architecture; kBaseline runs everywhere.
// kAvx512Bf16 and kAmx are AVX-512 with instructions of bfloat16 for products that ask for it.
enum class Isa { kBaseline, kNeon, kAvx2, kAvx512, kAvx512Bf16, kAmx };

std::string_view name_of(Isa isa);
std::optional<Isa> isa_named(std::string_view name);

// Whether this CPU and its operating system run the ISA. Asks feature bits (and XCR0 for saved register state), never
// model numbers. For AMX the process asks Linux for permission as well, once and for all its threads.
bool is_supported(Isa isa);

}  // namespace wordkin::kernels
