// The option dataclasses of a language model as C++ structs.
#pragma once

#include <pybind11/pybind11.h>

#include "bindings/option_fields.h"
#include "elmo/options.h"

namespace wordkin::bindings {

inline constexpr ChoiceNames<elmo::Cell, 2> kCellNames{{{"lstm", elmo::Cell::kLstm}, {"rnn", elmo::Cell::kRnn}}};
inline constexpr ChoiceNames<elmo::Activation, 2> kActivationNames{
    {{"relu", elmo::Activation::kRelu}, {"tanh", elmo::Activation::kTanh}}};
inline constexpr ChoiceNames<elmo::Optimizer, 2> kOptimizerNames{
    {{"adagrad", elmo::Optimizer::kAdagrad}, {"adam", elmo::Optimizer::kAdam}}};

elmo::Options elmo_options_from(const pybind11::object& o);
elmo::TrainingOptions elmo_training_options_from(const pybind11::object& o);

}  // namespace wordkin::bindings
