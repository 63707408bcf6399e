#include "kernels/select.h"

#include <stdexcept>
#include <string>

#include "kernels/byte_scores.h"
#include "kernels/tables.h"

namespace wordkin::kernels {
namespace {

#if defined(WORDKIN_BFLOAT_KERNELS)
// The AVX-512 table with other bfloat16 kernels.
KernelTable avx512_with(const BfloatKernels& bfloat, Isa isa) {
  KernelTable table = kAvx512Table;
  table.isa = isa;
  table.bfloat = &bfloat;
  return table;
}
#endif

// In order of increasing speed.
const std::vector<const KernelTable*>& built() {
#if defined(WORDKIN_BFLOAT_KERNELS)
  static const KernelTable avx512bf16 = avx512_with(kAvx512Bf16Kernels, Isa::kAvx512Bf16);
  static const KernelTable amx = avx512_with(kAmxKernels, Isa::kAmx);
#endif
  static const std::vector<const KernelTable*> tables{
      &kBaselineTable,
#if defined(__x86_64__) || defined(_M_X64)
      &kAvx2Table,     &kAvx512Table,
#elif defined(__aarch64__) || defined(_M_ARM64)
      &kNeonTable,
#endif
#if defined(WORDKIN_BFLOAT_KERNELS)
      &avx512bf16,     &amx,
#endif
  };
  return tables;
}

}  // namespace

std::vector<Isa> available() {
  std::vector<Isa> isas;
  for (const KernelTable* table : built())
    if (is_supported(table->isa)) isas.push_back(table->isa);
  return isas;
}

const KernelTable& table_of(Isa isa) {
  for (const KernelTable* table : built())
    if (table->isa == isa && is_supported(isa)) return *table;
  throw std::invalid_argument("isa must be available on this machine, got " + std::string(name_of(isa)));
}

const ByteKernels* byte_kernels_of([[maybe_unused]] Isa isa) {
#if defined(WORDKIN_BYTE_KERNELS)
  const bool is_avx512 = isa == Isa::kAvx512 || isa == Isa::kAvx512Bf16 || isa == Isa::kAmx;
  if (is_avx512 && is_supported(isa) && has_avx512_vnni()) return &kAvx512VnniKernels;
#endif
  return nullptr;
}

}  // namespace wordkin::kernels
