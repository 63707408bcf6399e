// Keeps a second thread out of an object that only one thread at a time may use.
#pragma once

#include <atomic>
#include <stdexcept>

namespace wordkin::bindings {

// Holds `busy` for its own lifetime. A second holder does not wait: the constructor throws Error(message).
template <typename Error = std::runtime_error>
class ReentrancyGuard {
 public:
  ReentrancyGuard(std::atomic_flag& busy, const char* message) : busy_(busy) {
    if (busy_.test_and_set(std::memory_order_acquire)) throw Error(message);
  }
  ~ReentrancyGuard() { busy_.clear(std::memory_order_release); }
  ReentrancyGuard(const ReentrancyGuard&) = delete;
  ReentrancyGuard& operator=(const ReentrancyGuard&) = delete;

 private:
  std::atomic_flag& busy_;
};

}  // namespace wordkin::bindings
