// Inference with a loaded language model.
#pragma once

#include <pybind11/pybind11.h>

namespace wordkin::bindings {

// Adds the classes LanguageModel and Evaluator.
void register_elmo_language_model(pybind11::module_& m);

}  // namespace wordkin::bindings
