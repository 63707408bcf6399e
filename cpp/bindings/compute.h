// Instruction sets and precisions by the names that Python uses.
#pragma once

#include <stdexcept>
#include <string>

#include "bindings/option_fields.h"
#include "kernels/select.h"
#include "linalg/compute.h"

namespace wordkin::bindings {

// Throws std::invalid_argument for an unknown instruction set, and for one that this machine does not run.
inline const kernels::KernelTable& kernels_named(const std::string& isa) {
  const auto known = kernels::isa_named(isa);
  if (!known) throw std::invalid_argument("isa must be the name of an instruction set, got " + isa);
  return kernels::table_of(*known);
}

inline linalg::Compute compute_of(const std::string& isa, const std::string& precision) {
  return {&kernels_named(isa), choice_named("precision", precision, kPrecisionNames)};
}

}  // namespace wordkin::bindings
