// The only room where a thread is made. A pool belongs to one piece of long work (a training session, a count): it is
// made when the work begins and joined when it ends, so no thread of ours is idle, spinning, or alive across a fork.
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
  // Starts `threads` workers (at least one). Where the system refuses some of them, the pool works with fewer;
  // size() tells. Where it refuses all, whoever waits does the work, as worker 0.
  explicit ThreadPool(std::size_t threads);
  ~ThreadPool();  // drops what has not begun, waits for what has
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  [[nodiscard]] std::size_t size() const { return threads_.empty() ? 1 : threads_.size(); }

  // A task gets the number of its worker (0 .. size() - 1), for per-thread scratch.
  using Task = std::function<void(std::size_t worker)>;
  void submit(Task task);

  // Number of tasks submitted and not finished.
  [[nodiscard]] std::size_t pending() const;
  // Waits until at most `most` tasks are pending or `seconds` have passed; true in the first case. The first exception
  // of a task is rethrown here (once); after one, tasks that have not begun are dropped.
  bool wait(std::size_t max_pending, double seconds);
  void wait_all();
  // Drops what has not begun.
  void discard_queued();

  // Runs body(index, worker) for index in [0, count) on the workers and waits; the first exception is rethrown.
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
