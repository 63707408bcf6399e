#include "kernels/select.h"

#include <stdexcept>
#include <string>

#include "kernels/byte_scores.h"
#include "kernels/tables.h"

namespace wordkin::kernels {
namespace {

// A table with other kernels for reduced precision.
[[maybe_unused]] KernelTable with(KernelTable table, Isa isa, const BfloatKernels* bfloat, const Int8Kernels* int8) {
  table.isa = isa;
  table.bfloat = bfloat;
  table.int8 = int8;
  return table;
}

// In order of increasing speed.
std::vector<KernelTable> build() {
  std::vector<KernelTable> tables{kBaselineTable};
#if defined(__x86_64__) || defined(_M_X64)
  tables.push_back(kAvx2Table);
#if defined(WORDKIN_AVX_VNNI)
  tables.push_back(with(kAvx2Table, Isa::kAvxVnni, kAvx2Table.bfloat, &kAvxVnniInt8));
#endif
  tables.push_back(kAvx512Table);
  [[maybe_unused]] const Int8Kernels* int8 = kAvx512Table.int8;
#if defined(WORDKIN_AVX512_VNNI)
  if (is_supported(Isa::kAvx512Vnni)) int8 = &kAvx512VnniInt8;
  tables.push_back(with(kAvx512Table, Isa::kAvx512Vnni, kAvx512Table.bfloat, &kAvx512VnniInt8));
#endif
#if defined(WORDKIN_BFLOAT_KERNELS)
  tables.push_back(with(kAvx512Table, Isa::kAvx512Bf16, &kAvx512Bf16Kernels, int8));
  tables.push_back(with(kAvx512Table, Isa::kAmx, &kAmxKernels, has_amx_int8() ? &kAmxInt8 : int8));
#endif
#elif defined(__aarch64__) || defined(_M_ARM64)
  tables.push_back(kNeonTable);
#if defined(WORDKIN_NEON_DOT)
  tables.push_back(with(kNeonTable, Isa::kNeonDot, kNeonTable.bfloat, &kNeonDotInt8));
#endif
#endif
  return tables;
}

const std::vector<KernelTable>& built() {
  static const std::vector<KernelTable> tables = build();
  return tables;
}

}  // namespace

std::vector<Isa> available() {
  std::vector<Isa> isas;
  for (const KernelTable& table : built())
    if (is_supported(table.isa)) isas.push_back(table.isa);
  return isas;
}

const KernelTable& table_of(Isa isa) {
  for (const KernelTable& table : built())
    if (table.isa == isa && is_supported(isa)) return table;
  throw std::invalid_argument("isa must be available on this machine, got " + std::string(name_of(isa)));
}

const ByteKernels& byte_kernels_of([[maybe_unused]] Isa isa) {
#if defined(__x86_64__) || defined(_M_X64)
#if defined(WORDKIN_AVX512_VNNI)
  const bool may_have_vnni = isa == Isa::kAvx512Bf16 || isa == Isa::kAmx;
  if (isa == Isa::kAvx512Vnni || (may_have_vnni && is_supported(Isa::kAvx512Vnni))) return kAvx512VnniBytes;
#endif
#if defined(WORDKIN_AVX_VNNI)
  if (isa == Isa::kAvxVnni) return kAvxVnniBytes;
#endif
  if (isa != Isa::kBaseline) return kAvx2Bytes;
#elif defined(__aarch64__) || defined(_M_ARM64)
#if defined(WORDKIN_NEON_DOT)
  if (isa == Isa::kNeonDot) return kNeonDotBytes;
#endif
  if (isa == Isa::kNeon) return kNeonBytes;
#endif
  return kBaselineBytes;
}

}  // namespace wordkin::kernels
