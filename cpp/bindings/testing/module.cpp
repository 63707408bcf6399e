// The Python module `_core_testing`: kernels and layers that the product calls inside C++ only, for tests and
// benchmarks. No wheel contains it.
#include <pybind11/pybind11.h>

#include "bindings/testing/registers.h"

namespace py = pybind11;

PYBIND11_MODULE(_core_testing, m, py::mod_gil_not_used()) {
  m.doc() = "Kernels and layers of the C++ core, for tests and benchmarks.";
  wordkin::bindings::register_test_kernels(m);
  wordkin::bindings::register_test_gates(m);
  wordkin::bindings::register_test_linalg(m);
  wordkin::bindings::register_test_charcnn(m);
  wordkin::bindings::register_test_recurrent(m);
  wordkin::bindings::register_test_softmax(m);
  wordkin::bindings::register_test_optim(m);
  wordkin::bindings::register_test_word2vec(m);
  wordkin::bindings::register_test_options(m);
  wordkin::bindings::register_test_hashing(m);
}
