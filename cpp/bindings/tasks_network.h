// Training of classifiers and taggers, and prediction.
#pragma once

#include <pybind11/pybind11.h>

namespace wordkin::bindings {

void register_network(pybind11::module_& m);

}  // namespace wordkin::bindings
