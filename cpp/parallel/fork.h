// Objects in forked processes. A forked process has only the thread that forked: other threads of its parent, and locks
// that they held, cannot be used in it.
#pragma once

#include <atomic>
#include <cstdint>
#include <shared_mutex>
#include <stdexcept>

namespace wordkin::parallel {

// The process that created this object.
class Process {
 public:
  Process() : forks_(forks()) {}
  [[nodiscard]] bool is_current() const { return forks_ == forks(); }

 private:
  // Number of forks by which this process descends from the one that loaded the library. Process numbers would not do:
  // they take a system call, and are reused.
  static std::uint64_t forks();

  std::uint64_t forks_;
};

// A shared mutex that is free in a forked process. If another thread was changing the guarded data when the process was
// forked, the data are unusable there, and every attempt to lock throws std::runtime_error.
class ForkSafeSharedMutex {
 public:
  ForkSafeSharedMutex() : state_(new State) {}
  ~ForkSafeSharedMutex() {
    const State* const state = state_.load(std::memory_order_relaxed);
    if (state->process.is_current()) delete state;  // a mutex that a lost thread holds cannot be destroyed
  }
  ForkSafeSharedMutex(const ForkSafeSharedMutex&) = delete;
  ForkSafeSharedMutex& operator=(const ForkSafeSharedMutex&) = delete;

  // The standard interface, for std::unique_lock and std::shared_lock.
  void lock() {
    State& state = current();
    state.mutex.lock();
    state.is_changing.store(true, std::memory_order_relaxed);
  }
  void unlock() {
    State& state = *state_.load(std::memory_order_acquire);
    state.is_changing.store(false, std::memory_order_relaxed);
    state.mutex.unlock();
  }
  void lock_shared() { current().mutex.lock_shared(); }
  void unlock_shared() { state_.load(std::memory_order_acquire)->mutex.unlock_shared(); }

 private:
  struct State {
    Process process;
    std::shared_mutex mutex;
    std::atomic<bool> is_changing{false};
  };

  State& current() {
    State* known = state_.load(std::memory_order_acquire);
    if (known->process.is_current()) return *known;
    if (known->is_changing.load(std::memory_order_relaxed))
      throw std::runtime_error("another thread was changing this object when the process was forked");
    auto* const created = new State;
    if (state_.compare_exchange_strong(known, created, std::memory_order_acq_rel)) return *created;
    delete created;  // another thread of this process was faster
    return *known;
  }

  std::atomic<State*> state_;
};

}  // namespace wordkin::parallel
