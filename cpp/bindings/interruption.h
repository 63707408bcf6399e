// Waits for threads in such a way that Ctrl-C and the exit of the interpreter interrupt the wait.
#pragma once

#include "bindings/gil.h"

namespace wordkin::bindings {

// Runs Python's signal handlers; an exception that they raise, such as KeyboardInterrupt, is thrown. Throws SystemExit
// if another thread has called end_calls(). The caller holds the interpreter lock.
void check_interruption();

// Calls wait(seconds) without the interpreter lock until it returns true; what check_interruption() throws between the
// calls is passed on.
template <typename Wait>
void wait_interruptibly(Wait wait) {
  while (true) {
    check_interruption();
    const GilRelease release;  // other Python threads, and workers that call Python, must run
    if (wait(0.05)) return;
  }
}

}  // namespace wordkin::bindings
