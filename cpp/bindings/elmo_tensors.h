// The tensors of a language model, read from a dictionary of arrays.
#pragma once

#include <pybind11/pybind11.h>

#include <span>
#include <vector>

#include "elmo/options.h"
#include "elmo/parameters.h"

namespace wordkin::bindings {

// One view for each parameter of the list, in its order; empty views for the softmax if the dictionary has none of its
// tensors, and for the matrices that read_int8_layers reads if `has_int8` is true. Throws for missing and for unknown
// names.
std::vector<std::span<const float>> read_elmo_tensors(const std::vector<elmo::Parameter>& list,
                                                      const pybind11::dict& parameters, bool has_int8 = false);

// The matrices of the recurrent layers: int8 tensors with the names and shapes of the float32 tensors, and float32
// tensors of scales, whose names end in "/scales": (2, columns) for the two halves of W_0, (1, columns) for W_P_0.
elmo::Int8Layers read_int8_layers(const elmo::Options& options, const pybind11::dict& parameters);

bool is_int8_tensor(const pybind11::handle& tensor);

}  // namespace wordkin::bindings
