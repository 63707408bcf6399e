// An object of Python that one thread at a time may use; another is refused rather than made to wait.
#pragma once

#include <atomic>
#include <stdexcept>

namespace wordkin::bindings {

class Turn {
 public:
  // Throws std::runtime_error with these words where another thread has its turn.
  Turn(std::atomic_flag& busy, const char* refusal) : busy_(&busy) {
    if (busy.test_and_set(std::memory_order_acquire)) throw std::runtime_error(refusal);
  }
  ~Turn() { busy_->clear(std::memory_order_release); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  std::atomic_flag* busy_;
};

}  // namespace wordkin::bindings
