// Training and use of classifiers and taggers.
#pragma once

#include <pybind11/pybind11.h>

namespace wordkin::bindings {

void register_network(pybind11::module_& m);

}  // namespace wordkin::bindings
