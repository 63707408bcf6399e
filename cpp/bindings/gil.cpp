#include "bindings/gil.h"

namespace wordkin::bindings {

GilRelease::~GilRelease() {
  call_python([thread = thread_] { PyEval_RestoreThread(thread); });
}

GilAcquire::GilAcquire() : state_(call_python(&PyGILState_Ensure)) {}

}  // namespace wordkin::bindings
