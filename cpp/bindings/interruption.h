// Waiting for threads in a way that Ctrl-C ends.
#pragma once

#include <pybind11/pybind11.h>

namespace wordkin::bindings {

// Calls wait(seconds) until it returns true; in between the signal handlers of Python get their turn, and what they
// raise (KeyboardInterrupt) is thrown.
template <typename Wait>
void wait_interruptibly(Wait wait) {
  while (true) {
    {
      const pybind11::gil_scoped_release release;  // the threads waited for, and all others, may need the interpreter
      if (wait(0.05)) return;
    }
    if (PyErr_CheckSignals() != 0) throw pybind11::error_already_set();
  }
}

}  // namespace wordkin::bindings
