#pragma once

#include <pybind11/pybind11.h>

namespace wordkin::bindings {

// Adds the class TracedPass.
void register_elmo_traced_pass(pybind11::module_& m);

}  // namespace wordkin::bindings
