// Waits for threads in such a way that Ctrl-C interrupts the wait.
#pragma once

#include <pybind11/pybind11.h>

namespace wordkin::bindings {

// Calls wait(seconds) until it returns true. Python's signal handlers run between the calls; an exception that they
// raise, such as KeyboardInterrupt, is thrown.
template <typename Wait>
void wait_interruptibly(Wait wait) {
  while (true) {
    {
      const pybind11::gil_scoped_release release;  // other Python threads, and workers that call Python, must run
      if (wait(0.05)) return;
    }
    if (PyErr_CheckSignals() != 0) throw pybind11::error_already_set();
  }
}

}  // namespace wordkin::bindings
