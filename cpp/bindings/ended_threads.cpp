// Compiled without exceptions: pthread_cleanup_push is a macro of C, whose handler runs before the frame of its
// function is unwound. With exceptions it is the destructor of a class for the compilers of Linux, which the C++
// runtime library calls while it unwinds; one that is linked statically cannot, since glibc loads libgcc_s for the
// unwinding.
#include "bindings/ended_threads.h"

#if !defined(_WIN32)
#include <pthread.h>
#include <unistd.h>
#endif

namespace wordkin::bindings {

#if defined(_WIN32)
void sleep_if_ended(void (*function)(void*), void* data) { function(data); }
#else
namespace {

void sleep_until_exit(void* /*unused*/) {
  while (true) pause();
}

}  // namespace

void sleep_if_ended(void (*function)(void*), void* data) {
  pthread_cleanup_push(&sleep_until_exit, nullptr);
  function(data);
  pthread_cleanup_pop(0);
}
#endif

}  // namespace wordkin::bindings
