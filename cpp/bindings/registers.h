// What each room adds to the module.
#pragma once

#include <pybind11/pybind11.h>

namespace wordkin::bindings {

void register_kernels(pybind11::module_& m);
void register_linalg(pybind11::module_& m);
void register_gates(pybind11::module_& m);
void register_recurrent(pybind11::module_& m);
void register_word2vec(pybind11::module_& m);
void register_text(pybind11::module_& m);
void register_search(pybind11::module_& m);
void register_vector_files(pybind11::module_& m);
void register_phrases(pybind11::module_& m);
void register_charcnn(pybind11::module_& m);
void register_softmax(pybind11::module_& m);
void register_optim(pybind11::module_& m);
void register_elmo(pybind11::module_& m);
void register_tasks(pybind11::module_& m);

}  // namespace wordkin::bindings
