// The tensors of a language model from a dictionary of arrays.
#pragma once

#include <pybind11/pybind11.h>

#include <span>
#include <vector>

#include "elmo/parameters.h"

namespace wordkin::bindings {

// For each element of the list; nothing for those of a softmax where the dictionary has none of it. Other names are
// refused.
std::vector<std::span<const float>> read_elmo_tensors(const std::vector<elmo::Parameter>& list,
                                                      const pybind11::dict& parameters);

}  // namespace wordkin::bindings
