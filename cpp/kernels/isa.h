// The instruction sets that kernels are compiled for, what this machine has of them, and their names.
#pragma once

#include <optional>
#include <string_view>

namespace wordkin::kernels {

// In order of preference within an architecture; kBaseline runs everywhere.
enum class Isa { kBaseline, kNeon, kAvx2, kAvx512 };

std::string_view name_of(Isa isa);
std::optional<Isa> isa_named(std::string_view name);

// Whether this CPU and its operating system run the ISA. Asks feature bits (and XCR0 for saved register state), never
// model numbers.
bool is_supported(Isa isa);

}  // namespace wordkin::kernels
