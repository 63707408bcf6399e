// Training of a language model.
#pragma once

#include <pybind11/pybind11.h>

namespace wordkin::bindings {

// Adds the class Trainer.
void register_elmo_trainer(pybind11::module_& m);

}  // namespace wordkin::bindings
