// The Python module `_core`: one register function per submodule, in the order of their dependencies.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <exception>
#include <stdexcept>

#include "bindings/registers.h"

namespace py = pybind11;

#if defined(__clang__)
#define WORDKIN_COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define WORDKIN_COMPILER "gcc " __VERSION__
#else
#define WORDKIN_COMPILER "other"
#endif

namespace {

// pybind11 throws RuntimeError when it cannot create bytes, a list, a tuple or a dict, and leaves Python's MemoryError
// set, which is the exception to raise.
void keep_memory_errors(std::exception_ptr thrown) {  // NOLINT(performance-unnecessary-value-param): pybind11's type
  try {
    if (thrown) std::rethrow_exception(thrown);
  } catch (const std::runtime_error&) {
    if (PyErr_ExceptionMatches(PyExc_MemoryError) == 0) throw;
  }
}

}  // namespace

PYBIND11_MODULE(_core, m, py::mod_gil_not_used()) {
  m.doc() = "The C++ core of wordkin. Private: use the public Python packages.";
  m.attr("compiler") = WORDKIN_COMPILER;
  // pybind11 would do this at the first use of an array, and release the interpreter lock meanwhile, which must not
  // happen when the interpreter exits; see gil.h.
  static_cast<void>(py::detail::npy_api::get());
  py::register_local_exception_translator(&keep_memory_errors);
  wordkin::bindings::register_interruption(m);
  wordkin::bindings::register_kernels(m);
  wordkin::bindings::register_word2vec(m);
  wordkin::bindings::register_text(m);
  wordkin::bindings::register_search(m);
  wordkin::bindings::register_vector_files(m);
  wordkin::bindings::register_fasttext(m);
  wordkin::bindings::register_fasttext_training(m);
  wordkin::bindings::register_phrases(m);
  wordkin::bindings::register_optim(m);
  wordkin::bindings::register_elmo(m);
  wordkin::bindings::register_tasks(m);
}
