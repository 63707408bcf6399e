#include "kernels/isa.h"

#include <array>
#include <cstdint>
#include <utility>

#if defined(__x86_64__) || defined(_M_X64)
#define WORDKIN_X86 1
#if defined(_MSC_VER)
#include <intrin.h>
#else
#include <cpuid.h>
#endif
#endif

namespace wordkin::kernels {
namespace {

constexpr std::array<std::pair<Isa, std::string_view>, 4> kNames{{
    {Isa::kBaseline, "baseline"},
    {Isa::kNeon, "neon"},
    {Isa::kAvx2, "avx2"},
    {Isa::kAvx512, "avx512"},
}};

#ifdef WORDKIN_X86
struct Registers {
  std::uint32_t eax, ebx, ecx, edx;
};

Registers cpuid(std::uint32_t leaf, std::uint32_t subleaf) {
  Registers r{};
#if defined(_MSC_VER)
  int out[4];
  __cpuidex(out, static_cast<int>(leaf), static_cast<int>(subleaf));
  r = {static_cast<std::uint32_t>(out[0]), static_cast<std::uint32_t>(out[1]), static_cast<std::uint32_t>(out[2]),
       static_cast<std::uint32_t>(out[3])};
#else
  __get_cpuid_count(leaf, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx);
#endif
  return r;
}

std::uint64_t saved_register_state() {
#if defined(_MSC_VER)
  return _xgetbv(0);
#else
  std::uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (static_cast<std::uint64_t>(high) << 32) | low;
#endif
}

constexpr bool has_bits(std::uint64_t value, std::uint64_t bits) { return (value & bits) == bits; }

bool x86_supports(Isa isa) {
  const Registers leaf1 = cpuid(1, 0);
  constexpr std::uint32_t kFma = 1u << 12, kOsxsave = 1u << 27, kAvx = 1u << 28, kF16c = 1u << 29;
  if (!has_bits(leaf1.ecx, kFma | kOsxsave | kAvx | kF16c)) return false;
  const std::uint64_t state = saved_register_state();
  const Registers leaf7 = cpuid(7, 0);
  constexpr std::uint32_t kAvx2 = 1u << 5;
  if (!has_bits(state, 0x6) || !has_bits(leaf7.ebx, kAvx2)) return false;
  if (isa == Isa::kAvx2) return true;
  constexpr std::uint32_t kAvx512f = 1u << 16, kDq = 1u << 17, kBw = 1u << 30, kVl = 1u << 31;
  return has_bits(state, 0xE6) && has_bits(leaf7.ebx, kAvx512f | kDq | kBw | kVl);
}
#endif

}  // namespace

std::string_view name_of(Isa isa) {
  for (const auto& [known, name] : kNames)
    if (known == isa) return name;
  return "unknown";
}

std::optional<Isa> isa_named(std::string_view name) {
  for (const auto& [isa, known] : kNames)
    if (known == name) return isa;
  return std::nullopt;
}

bool is_supported(Isa isa) {
  if (isa == Isa::kBaseline) return true;
#ifdef WORDKIN_X86
  return isa != Isa::kNeon && x86_supports(isa);
#elif defined(__aarch64__) || defined(_M_ARM64)
  return isa == Isa::kNeon;
#else
  return false;
#endif
}

}  // namespace wordkin::kernels
