#include "bindings/gil.h"

#include <chrono>
#include <thread>

namespace wordkin::bindings {

void sleep_until_exit() {
  while (true) std::this_thread::sleep_for(std::chrono::hours(1));
}

GilRelease::~GilRelease() {
  call_python([this] { PyEval_RestoreThread(thread_); });
}

GilAcquire::GilAcquire() : state_(call_python([] { return PyGILState_Ensure(); })) {}

}  // namespace wordkin::bindings
