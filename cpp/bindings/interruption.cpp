#include "bindings/interruption.h"

#include <pybind11/pybind11.h>

#include <atomic>

#include "bindings/registers.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

// The thread that ends the interpreter; 0 before.
std::atomic<unsigned long> exiting_thread{0};

// Makes interruptible calls of all other threads raise SystemExit, now and from now on.
void begin_exit() { exiting_thread.store(PyThread_get_thread_ident(), std::memory_order_relaxed); }

}  // namespace

void check_interruption() {
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  const unsigned long exiting = exiting_thread.load(std::memory_order_relaxed);
  if (exiting == 0 || exiting == PyThread_get_thread_ident()) return;
  PyErr_SetNone(PyExc_SystemExit);
  throw py::error_already_set();
}

void register_interruption(py::module_& m) { m.def("begin_exit", &begin_exit); }

}  // namespace wordkin::bindings
