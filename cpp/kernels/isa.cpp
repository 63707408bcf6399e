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
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#endif

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#elif defined(__aarch64__) && defined(__APPLE__)
#include <sys/sysctl.h>

#include <cstddef>
#endif

namespace wordkin::kernels {
namespace {

constexpr std::array<std::pair<Isa, std::string_view>, 9> kNames{{
    {Isa::kBaseline, "baseline"},
    {Isa::kNeon, "neon"},
    {Isa::kNeonDot, "neondot"},
    {Isa::kAvx2, "avx2"},
    {Isa::kAvxVnni, "avxvnni"},
    {Isa::kAvx512, "avx512"},
    {Isa::kAvx512Vnni, "avx512vnni"},
    {Isa::kAvx512Bf16, "avx512bf16"},
    {Isa::kAmx, "amx"},
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

// Tile instructions fault until the process has requested permission to save the tile state. Linux before 5.16 and some
// sandboxes refuse the request.
bool amx_is_permitted() {
#if defined(__linux__) && defined(SYS_arch_prctl)
  constexpr int kRequestPermission = 0x1023, kTileData = 18;
  static const bool is_permitted = syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
  return is_permitted;
#else
  return false;
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
  const std::uint32_t subleaf1 = leaf7.eax < 1 ? 0 : cpuid(7, 1).eax;  // leaf7.eax: highest subleaf
  constexpr std::uint32_t kAvxVnni = 1u << 4;
  if (isa == Isa::kAvxVnni) return has_bits(subleaf1, kAvxVnni);
  constexpr std::uint32_t kAvx512f = 1u << 16, kDq = 1u << 17, kBw = 1u << 30, kVl = 1u << 31;
  if (!has_bits(state, 0xE6) || !has_bits(leaf7.ebx, kAvx512f | kDq | kBw | kVl)) return false;
  if (isa == Isa::kAvx512) return true;
  constexpr std::uint32_t kAvx512Vnni = 1u << 11;
  if (isa == Isa::kAvx512Vnni) return has_bits(leaf7.ecx, kAvx512Vnni);
  constexpr std::uint32_t kAvx512Bf16 = 1u << 5;
  if (!has_bits(subleaf1, kAvx512Bf16)) return false;
  if (isa == Isa::kAvx512Bf16) return true;
  constexpr std::uint32_t kAmxBf16 = 1u << 22, kAmxTile = 1u << 24;
  return has_bits(state, 0x60000) && has_bits(leaf7.edx, kAmxBf16 | kAmxTile) && amx_is_permitted();
}
#endif

#if defined(__aarch64__) || defined(_M_ARM64)
bool has_neon_dot() {
#if defined(__linux__)
  constexpr unsigned long kAsimdDp = 1ul << 20;
  return (getauxval(AT_HWCAP) & kAsimdDp) != 0;
#elif defined(__APPLE__)
  int has = 0;
  std::size_t size = sizeof has;
  return sysctlbyname("hw.optional.arm.FEAT_DotProd", &has, &size, nullptr, 0) == 0 && has != 0;
#else
  return false;
#endif
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

bool has_amx_int8() {
#ifdef WORDKIN_X86
  constexpr std::uint32_t kAmxInt8 = 1u << 25;
  return is_supported(Isa::kAmx) && has_bits(cpuid(7, 0).edx, kAmxInt8);
#else
  return false;
#endif
}

bool is_supported(Isa isa) {
  if (isa == Isa::kBaseline) return true;
#ifdef WORDKIN_X86
  return isa != Isa::kNeon && isa != Isa::kNeonDot && x86_supports(isa);
#elif defined(__aarch64__) || defined(_M_ARM64)
  return isa == Isa::kNeon || (isa == Isa::kNeonDot && has_neon_dot());
#else
  return false;
#endif
}

}  // namespace wordkin::kernels
