#include "kernels/select.h"

#include <stdexcept>
#include <string>

#include "kernels/tables.h"

namespace wordkin::kernels {
namespace {

constexpr const KernelTable* kBuilt[] = {
    &kBaselineTable,
#if defined(__x86_64__) || defined(_M_X64)
    &kAvx2Table,
    &kAvx512Table,
#elif defined(__aarch64__) || defined(_M_ARM64)
    &kNeonTable,
#endif
};

}  // namespace

std::vector<Isa> available() {
  std::vector<Isa> isas;
  for (const KernelTable* table : kBuilt)
    if (is_supported(table->isa)) isas.push_back(table->isa);
  return isas;
}

const KernelTable& table_of(Isa isa) {
  for (const KernelTable* table : kBuilt)
    if (table->isa == isa && is_supported(isa)) return *table;
  throw std::invalid_argument("instruction set not available here: " + std::string(name_of(isa)));
}

}  // namespace wordkin::kernels
