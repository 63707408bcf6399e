// The submodules of _core.
#pragma once

#include <pybind11/pybind11.h>

namespace wordkin::bindings {

void register_interruption(pybind11::module_& m);
void register_kernels(pybind11::module_& m);
void register_word2vec(pybind11::module_& m);
void register_text(pybind11::module_& m);
void register_search(pybind11::module_& m);
void register_vector_files(pybind11::module_& m);
void register_fasttext(pybind11::module_& m);
void register_fasttext_training(pybind11::module_& m);  // after register_fasttext and register_text
void register_phrases(pybind11::module_& m);
void register_optim(pybind11::module_& m);
void register_elmo(pybind11::module_& m);
void register_tasks(pybind11::module_& m);

}  // namespace wordkin::bindings
