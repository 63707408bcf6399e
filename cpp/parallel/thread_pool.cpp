#include "parallel/thread_pool.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace wordkin::parallel {

ThreadPool::ThreadPool(std::size_t threads) {
  threads = std::max<std::size_t>(threads, 1);
  threads_.reserve(threads);
  for (std::size_t worker = 0; worker < threads; ++worker) {
    try {
      threads_.emplace_back([this, worker] { work(worker); });
    } catch (const std::exception&) {  // process, cgroup or memory limit: continue with the threads that started
      break;
    }
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    queue_.clear();
  }
  has_work_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void ThreadPool::submit(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (failure_) return;  // an earlier task failed; wait() rethrows its exception
    queue_.push_back(std::move(task));
  }
  has_work_.notify_one();
}

std::size_t ThreadPool::pending() const {
  const std::lock_guard lock(mutex_);
  return queue_.size() + running_;
}

bool ThreadPool::wait(std::size_t max_pending, double seconds) {
  const auto deadline =
      std::chrono::steady_clock::now() +
      std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(seconds));
  std::unique_lock lock(mutex_);
  while (threads_.empty() && queue_.size() > max_pending && !failure_ && std::chrono::steady_clock::now() < deadline)
    run_next(lock, 0);
  const bool reached =
      has_progress_.wait_until(lock, deadline, [&] { return queue_.size() + running_ <= max_pending || failure_; });
  if (failure_) {
    has_progress_.wait(lock, [&] { return running_ == 0; });
    std::rethrow_exception(std::exchange(failure_, nullptr));
  }
  return reached;
}

void ThreadPool::wait_all() {
  while (!wait(0, 3600.0)) {
  }
}

void ThreadPool::discard_queued() {
  {
    const std::lock_guard lock(mutex_);
    queue_.clear();
  }
  has_progress_.notify_all();
}

void ThreadPool::parallel_for(std::size_t count,
                              const std::function<void(std::size_t index, std::size_t worker)>& body) {
  try {
    for (std::size_t index = 0; index < count; ++index)
      submit([&body, index](std::size_t worker) { body(index, worker); });
  } catch (...) {  // out of memory for a task: running tasks still refer to `body`
    discard_queued();
    wait_all();
    throw;
  }
  wait_all();
}

void ThreadPool::work(std::size_t worker) {
  std::unique_lock lock(mutex_);
  while (true) {
    has_work_.wait(lock, [this] { return closing_ || !queue_.empty(); });
    if (queue_.empty()) return;
    run_next(lock, worker);
  }
}

// Dequeues and runs the first task. `lock` is held on entry and on return, but not while the task runs.
void ThreadPool::run_next(std::unique_lock<std::mutex>& lock, std::size_t worker) {
  Task task = std::move(queue_.front());
  queue_.pop_front();
  ++running_;
  lock.unlock();
  std::exception_ptr failure;
  try {
    task(worker);
  } catch (...) {
    failure = std::current_exception();
  }
  task = nullptr;  // release what the task holds before the caller sees that it finished
  lock.lock();
  --running_;
  if (failure && !failure_) {
    failure_ = failure;
    queue_.clear();
  }
  has_progress_.notify_all();
}

}  // namespace wordkin::parallel
