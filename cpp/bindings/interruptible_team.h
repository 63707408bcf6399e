// Regions of threads, one at a time, which Ctrl-C ends.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

#include "bindings/interruption.h"
#include "parallel/team.h"
#include "parallel/thread_pool.h"

namespace wordkin::bindings {

// Runs body(team) in a region of its own and waits for it. What a signal handler raises is thrown behind its end.
class InterruptibleTeam {
 public:
  explicit InterruptibleTeam(std::size_t threads) : pool_(threads) {}

  [[nodiscard]] std::size_t size() const { return pool_.size(); }

  void run(parallel::TeamBody body) {
    cancelled_.store(false, std::memory_order_relaxed);
    parallel::start_team(pool_, pool_.size(), cancelled_, std::move(body));
    try {
      wait_interruptibly([this](double seconds) { return pool_.wait(0, seconds); });
    } catch (...) {
      const pybind11::gil_scoped_release release;  // waits for threads that do not need Python
      cancelled_.store(true, std::memory_order_relaxed);
      try {
        pool_.wait_all();
      } catch (...) {  // the caller has a reason to stop already
      }
      throw;
    }
  }

 private:
  std::atomic<bool> cancelled_{false};
  parallel::ThreadPool pool_;
};

}  // namespace wordkin::bindings
