// The Python options of a language model as the C++ structs.
#pragma once

#include <pybind11/pybind11.h>

#include "elmo/options.h"

namespace wordkin::bindings {

// Read each field of a Python object by the name that the C++ field has; throw std::invalid_argument where they do not
// make a model. The dataclasses validate with better words: this protects memory, not users.
elmo::Options elmo_options_from(const pybind11::object& o);
elmo::TrainingOptions elmo_training_options_from(const pybind11::object& o);

}  // namespace wordkin::bindings
