// Forward and backward passes through a language model, for fine-tuning.
#pragma once

#include <pybind11/pybind11.h>

namespace wordkin::bindings {

// Adds the class ForwardPass.
void register_elmo_forward_pass(pybind11::module_& m);

}  // namespace wordkin::bindings
