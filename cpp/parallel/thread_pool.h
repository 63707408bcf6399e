// Thread pool; the only module that creates threads. A pool belongs to one long operation (a training session, a
// count): it is created when the operation begins and joined when it ends, so that no thread is idle or spinning.
//
// A process that is forked meanwhile has the pool, but not its threads. There the pool starts new threads when it is
// given work, and its destructor waits for nothing.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "parallel/fork.h"

namespace wordkin::parallel {

class ThreadPool {
 public:
  // Starts `threads` workers (at least one). If the system refuses some of them, the pool continues with fewer; see
  // size(). If it refuses all of them, the waiting thread runs the tasks as worker 0.
  explicit ThreadPool(std::size_t threads);
  ~ThreadPool();  // discards queued tasks and waits for running ones
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  [[nodiscard]] std::size_t size() const { return state_->threads.empty() ? 1 : state_->threads.size(); }

  // Starts new threads, at most size(), if the process was forked after the pool had started its threads. Work that was
  // queued or running is lost. submit() does this, too; call it before if the work depends on size().
  void restart_if_forked();

  // A task receives the index of its worker (0 .. size() - 1), which selects per-thread scratch memory.
  using Task = std::function<void(std::size_t worker)>;
  void submit(Task task);

  // Number of tasks that are queued or running.
  [[nodiscard]] std::size_t pending() const;
  // Waits until at most `max_pending` tasks are pending or `seconds` have passed; returns true in the first case.
  // Rethrows the first exception of a task, once; after an exception, queued tasks are discarded. Throws
  // std::runtime_error if the tasks were lost by a fork.
  bool wait(std::size_t max_pending, double seconds);
  void wait_all();
  // Discards the queued tasks, and those that were lost by a fork; running tasks continue.
  void discard_queued();

  // Runs body(index, worker) for every index in [0, count) on the workers and waits. Rethrows the first exception.
  void parallel_for(std::size_t count, const std::function<void(std::size_t index, std::size_t worker)>& body);

 private:
  // Allocated separately, because a forked process must abandon it: threads that it does not have cannot be joined, and
  // condition variables on which they waited cannot be destroyed.
  struct State {
    [[nodiscard]] std::size_t pending() const { return queue.size() + running; }
    void work(std::size_t worker);
    void run_next(std::unique_lock<std::mutex>& lock, std::size_t worker);

    Process process;
    std::mutex mutex;
    std::condition_variable has_work;
    std::condition_variable has_progress;
    std::deque<Task> queue;
    std::size_t running = 0;
    bool closing = false;
    std::exception_ptr failure;
    std::vector<std::thread> threads;
  };

  static std::unique_ptr<State> started(std::size_t threads);

  std::unique_ptr<State> state_;
};

// Nothing for a single thread: the calling thread then does the work.
inline std::unique_ptr<ThreadPool> pool_of(std::size_t threads) {
  return threads > 1 ? std::make_unique<ThreadPool>(threads) : nullptr;
}

}  // namespace wordkin::parallel
