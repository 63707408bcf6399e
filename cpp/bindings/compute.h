// How arithmetic is done, by the names that Python knows.
#pragma once

#include <stdexcept>
#include <string>

#include "kernels/select.h"
#include "linalg/compute.h"

namespace wordkin::bindings {

inline linalg::Compute compute_of(const std::string& isa, const std::string& precision) {
  const auto found = kernels::isa_named(isa);
  if (!found) throw std::invalid_argument("`isa` must name an instruction set, got " + isa);
  if (precision != "float32" && precision != "bfloat16")
    throw std::invalid_argument("`precision` must be float32 or bfloat16, got " + precision);
  return {&kernels::table_of(*found),
          precision == "float32" ? linalg::Precision::kFloat32 : linalg::Precision::kBfloat16};
}

}  // namespace wordkin::bindings
