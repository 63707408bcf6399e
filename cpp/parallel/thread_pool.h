// Thread pool; the only module that creates threads. A pool belongs to one long operation (a training session, a
// count): it is created when the operation begins and joined when it ends, so that no thread is idle, spinning or alive
// across a fork.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace wordkin::parallel {

class ThreadPool {
 public:
  // Starts `threads` workers (at least one). If the system refuses some of them, the pool continues with fewer; see
  // size(). If it refuses all of them, the waiting thread runs the tasks as worker 0.
  explicit ThreadPool(std::size_t threads);
  ~ThreadPool();  // discards queued tasks and waits for running ones
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  [[nodiscard]] std::size_t size() const { return threads_.empty() ? 1 : threads_.size(); }

  // A task receives the index of its worker (0 .. size() - 1), which selects per-thread scratch memory.
  using Task = std::function<void(std::size_t worker)>;
  void submit(Task task);

  // Number of tasks that are queued or running.
  [[nodiscard]] std::size_t pending() const;
  // Waits until at most `max_pending` tasks are pending or `seconds` have passed; returns true in the first case.
  // Rethrows the first exception of a task, once; after an exception, queued tasks are discarded.
  bool wait(std::size_t max_pending, double seconds);
  void wait_all();
  // Discards the queued tasks; running tasks continue.
  void discard_queued();

  // Runs body(index, worker) for every index in [0, count) on the workers and waits. Rethrows the first exception.
  void parallel_for(std::size_t count, const std::function<void(std::size_t index, std::size_t worker)>& body);

 private:
  void work(std::size_t worker);
  void run_next(std::unique_lock<std::mutex>& lock, std::size_t worker);

  mutable std::mutex mutex_;
  std::condition_variable has_work_;
  std::condition_variable has_progress_;
  std::deque<Task> queue_;
  std::size_t running_ = 0;
  bool closing_ = false;
  std::exception_ptr failure_;
  std::vector<std::thread> threads_;
};

}  // namespace wordkin::parallel
