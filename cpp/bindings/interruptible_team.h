// A team of threads whose work Ctrl-C cancels.
#pragma once

#include <pybind11/pybind11.h>

#include <atomic>
#include <cstddef>
#include <utility>

#include "bindings/gil.h"
#include "bindings/interruption.h"
#include "parallel/team.h"
#include "parallel/thread_pool.h"

namespace wordkin::bindings {

class InterruptibleTeam {
 public:
  explicit InterruptibleTeam(std::size_t threads) : pool_(threads) {}

  [[nodiscard]] std::size_t size() const { return pool_.size(); }

  // Runs body(team) on all threads and waits for them. The caller holds the interpreter lock, which is released during
  // the wait. An exception raised by a signal handler is thrown after the threads have stopped.
  void run(parallel::TeamBody body) { run(std::move(body), /*cancelled=*/false); }

  // With `cancelled`, the body starts in a team that has been cancelled already: tests of cancellation use it.
  void run(parallel::TeamBody body, bool cancelled) {
    cancelled_.store(cancelled, std::memory_order_relaxed);
    parallel::start_team(pool_, pool_.size(), cancelled_, std::move(body));
    try {
      wait_interruptibly([this](double seconds) { return pool_.wait(0, seconds); });
    } catch (...) {
      const GilRelease release;  // waits for threads that do not need Python
      cancelled_.store(true, std::memory_order_relaxed);
      try {
        pool_.wait_all();
      } catch (...) {  // NOLINT(bugprone-empty-catch): the first exception is the one to report
      }
      throw;
    }
  }

 private:
  std::atomic<bool> cancelled_{false};
  parallel::ThreadPool pool_;  // last: its threads end before the flag that they read
};

}  // namespace wordkin::bindings
