// The submodules of _core_testing.
#pragma once

#include <pybind11/pybind11.h>

namespace wordkin::bindings {

void register_test_kernels(pybind11::module_& m);
void register_test_hashing(pybind11::module_& m);
void register_test_gates(pybind11::module_& m);  // adds to the submodule of the kernels
void register_test_linalg(pybind11::module_& m);
void register_test_charcnn(pybind11::module_& m);
void register_test_recurrent(pybind11::module_& m);
void register_test_softmax(pybind11::module_& m);
void register_test_optim(pybind11::module_& m);
void register_test_word2vec(pybind11::module_& m);
void register_test_options(pybind11::module_& m);

}  // namespace wordkin::bindings
