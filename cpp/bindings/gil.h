// The interpreter lock: all code of this library releases and acquires it here, and calls Python functions through
// call_python().
//
// A thread that asks for the lock after the interpreter has begun to exit never gets it. Up to Python 3.13 the
// interpreter ends such a thread with pthread_exit, which on Linux unwinds its stack: destructors, which must not be
// left by exceptions, then abort the process. Here the thread sleeps instead until the process has exited, as it does
// in later versions of Python.
#pragma once

#include <pybind11/pybind11.h>

#include <type_traits>

#include "bindings/ended_threads.h"

namespace wordkin::bindings {

// Calls a function of Python's C API that may run Python code, and therefore release and acquire the lock. The function
// has nothing to clean up when it does not return: it gets and returns plain pointers and numbers.
template <typename Function>
auto call_python(const Function& function) {
  static_assert(std::is_trivially_destructible_v<Function>);
  using Result = decltype(function());
  if constexpr (std::is_void_v<Result>) {
    sleep_if_ended([](void* data) { (*static_cast<const Function*>(data))(); }, const_cast<Function*>(&function));
  } else {
    static_assert(std::is_scalar_v<Result>);
    struct Call {
      const Function& function;
      Result result;
    } call{function, {}};
    sleep_if_ended(
        [](void* data) {
          auto* const called = static_cast<Call*>(data);
          called->result = called->function();
        },
        &call);
    return call.result;
  }
}

// Releases the lock for its own lifetime.
class GilRelease {
 public:
  GilRelease() : thread_(PyEval_SaveThread()) {}
  ~GilRelease();
  GilRelease(const GilRelease&) = delete;
  GilRelease& operator=(const GilRelease&) = delete;

 private:
  PyThreadState* thread_;
};

// Holds the lock for its own lifetime, in any thread, whether or not it holds the lock already.
class GilAcquire {
 public:
  GilAcquire();
  ~GilAcquire() { PyGILState_Release(state_); }
  GilAcquire(const GilAcquire&) = delete;
  GilAcquire& operator=(const GilAcquire&) = delete;

 private:
  PyGILState_STATE state_;
};

}  // namespace wordkin::bindings
