// The interpreter lock: all code of this library releases and acquires it here, and calls Python functions through
// call_python().
//
// A thread that asks for the lock after the interpreter has begun to exit never gets it. Up to Python 3.13 the
// interpreter ends such a thread with pthread_exit, which on Linux unwinds its stack: destructors, which must not be
// left by exceptions, then abort the process. Here the thread sleeps instead until the process has exited.
#pragma once

#include <pybind11/pybind11.h>

#if defined(__GLIBCXX__)
#include <cxxabi.h>
#endif

namespace wordkin::bindings {

[[noreturn]] void sleep_until_exit();

// Calls a function that may run Python code, and therefore release and acquire the lock.
#if defined(__GLIBCXX__)
// UBSan would report the reference, since the end of a thread has no exception object; GCC's attribute for references
// alone, "null", is lost when the function is inlined.
template <typename Function>
__attribute__((no_sanitize("undefined"))) auto call_python(const Function& function) {
  try {
    return function();
  } catch (const abi::__forced_unwind&) {
    sleep_until_exit();
  }
}
#else
template <typename Function>
auto call_python(const Function& function) {
  return function();
}
#endif

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
