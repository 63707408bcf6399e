// The dataclass of what a classifier or tagger is made of as the C++ structure.
#pragma once

#include <pybind11/pybind11.h>

#include "tasks/options.h"

namespace wordkin::bindings {

// Throws std::invalid_argument with the field, its rule and its value.
tasks::Options network_options_from(const pybind11::object& options);

}  // namespace wordkin::bindings
