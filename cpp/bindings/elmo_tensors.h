// The tensors of a language model, read from a dictionary of arrays.
#pragma once

#include <pybind11/pybind11.h>

#include <span>
#include <vector>

#include "elmo/parameters.h"

namespace wordkin::bindings {

// One view for each parameter of the list, in its order; empty views for the softmax if the dictionary has none of its
// tensors. Throws for missing and for unknown names.
std::vector<std::span<const float>> read_elmo_tensors(const std::vector<elmo::Parameter>& list,
                                                      const pybind11::dict& parameters);

}  // namespace wordkin::bindings
