// Calls during which the interpreter may end the calling thread.
#pragma once

namespace wordkin::bindings {

// Calls function(data), which must not throw. If pthread_exit is called within, the thread sleeps here until the
// process has exited, and no frame of the callers is unwound.
void sleep_if_ended(void (*function)(void*), void* data);

}  // namespace wordkin::bindings
