#include "bindings/interruption.h"

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <atomic>
#include <vector>

#include "bindings/registers.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

// The thread that ends the interpreter; 0 before.
std::atomic<unsigned long> exiting_thread{0};

// Makes the given threads raise SystemExit, each once, in C++ or in the next line of Python, whichever comes first; and
// interruptible calls of all other threads from now on.
void end_calls(const std::vector<unsigned long>& threads) {
  exiting_thread.store(PyThread_get_thread_ident(), std::memory_order_relaxed);
  for (const unsigned long thread : threads) PyThreadState_SetAsyncExc(thread, PyExc_SystemExit);
}

}  // namespace

void check_interruption() {
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  const unsigned long exiting = exiting_thread.load(std::memory_order_relaxed);
  const unsigned long current = PyThread_get_thread_ident();
  if (exiting == 0 || exiting == current) return;
  PyThreadState_SetAsyncExc(current, nullptr);  // or it would be raised again, while the call cleans up
  PyErr_SetNone(PyExc_SystemExit);
  throw py::error_already_set();
}

void register_interruption(py::module_& m) { m.def("end_calls", &end_calls); }

}  // namespace wordkin::bindings
