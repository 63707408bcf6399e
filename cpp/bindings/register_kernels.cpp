// The instruction sets of this build and of this machine.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "bindings/registers.h"
#include "kernels/select.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

std::vector<std::string> available_isas() {
  std::vector<std::string> names;
  for (const auto isa : kernels::available()) names.emplace_back(kernels::name_of(isa));
  return names;
}

std::vector<std::string> known_isas() {
  std::vector<std::string> names;
  using kernels::Isa;
  for (const auto isa : {Isa::kBaseline, Isa::kNeon, Isa::kNeonDot, Isa::kAvx2, Isa::kAvxVnni, Isa::kAvx512,
                         Isa::kAvx512Vnni, Isa::kAvx512Bf16, Isa::kAmx})
    names.emplace_back(kernels::name_of(isa));
  return names;
}

}  // namespace

void register_kernels(py::module_& m) {
  auto k = m.def_submodule("kernels", "Instruction sets.");
  k.def("available_isas", &available_isas);
  k.def("known_isas", &known_isas);
}

}  // namespace wordkin::bindings
