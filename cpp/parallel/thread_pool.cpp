#include "parallel/thread_pool.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <stdexcept>
#include <utility>

namespace wordkin::parallel {
namespace {

// For objects whose threads are those of a parent process, so that they can neither be joined nor destroyed.
template <typename T>
void leak(std::unique_ptr<T>& owner) {
  [[maybe_unused]] const T* const leaked = owner.release();
}

}  // namespace

ThreadPool::ThreadPool(std::size_t threads) : state_(started(threads)) {}

std::unique_ptr<ThreadPool::State> ThreadPool::started(std::size_t threads) {
  threads = std::max<std::size_t>(threads, 1);
  auto state = std::make_unique<State>();
  state->threads.reserve(threads);
  for (std::size_t worker = 0; worker < threads; ++worker) {
    try {
      state->threads.emplace_back([state = state.get(), worker] { state->work(worker); });
    } catch (const std::exception&) {  // process, cgroup or memory limit: continue with the threads that started
      break;
    }
  }
  return state;
}

ThreadPool::~ThreadPool() {
  if (!state_->process.is_current()) {
    leak(state_);
    return;
  }
  {
    const std::lock_guard lock(state_->mutex);
    state_->closing = true;
    state_->queue.clear();
  }
  state_->has_work.notify_all();
  for (auto& thread : state_->threads) thread.join();
}

void ThreadPool::restart_if_forked() {
  if (state_->process.is_current()) return;
  auto restarted = started(size());
  leak(state_);
  state_ = std::move(restarted);
}

void ThreadPool::submit(Task task) {
  restart_if_forked();
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->failure) return;  // an earlier task failed; wait() rethrows its exception
    state_->queue.push_back(std::move(task));
  }
  state_->has_work.notify_one();
}

std::size_t ThreadPool::pending() const {
  if (!state_->process.is_current()) return state_->pending();
  const std::lock_guard lock(state_->mutex);
  return state_->pending();
}

bool ThreadPool::wait(std::size_t max_pending, double seconds) {
  if (!state_->process.is_current()) {
    if (state_->pending() == 0) return true;
    throw std::runtime_error("the process was forked during this work, and does not have the threads that run it");
  }
  const auto deadline =
      std::chrono::steady_clock::now() +
      std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(seconds));
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  while (state.threads.empty() && state.queue.size() > max_pending && !state.failure &&
         std::chrono::steady_clock::now() < deadline)
    state.run_next(lock, 0);
  const bool reached =
      state.has_progress.wait_until(lock, deadline, [&] { return state.pending() <= max_pending || state.failure; });
  if (state.failure) {
    state.has_progress.wait(lock, [&] { return state.running == 0; });
    std::rethrow_exception(std::exchange(state.failure, nullptr));
  }
  return reached;
}

void ThreadPool::wait_all() {
  while (!wait(0, 3600.0)) {
  }
}

void ThreadPool::discard_queued() {
  if (!state_->process.is_current()) {
    leak(state_);
    state_ = std::make_unique<State>();  // without threads: the waiting thread will run what is submitted later
    return;
  }
  {
    const std::lock_guard lock(state_->mutex);
    state_->queue.clear();
  }
  state_->has_progress.notify_all();
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

void ThreadPool::State::work(std::size_t worker) {
  std::unique_lock lock(mutex);
  while (true) {
    has_work.wait(lock, [this] { return closing || !queue.empty(); });
    if (queue.empty()) return;
    run_next(lock, worker);
  }
}

// Dequeues and runs the first task. `lock` is held on entry and on return, but not while the task runs.
void ThreadPool::State::run_next(std::unique_lock<std::mutex>& lock, std::size_t worker) {
  Task task = std::move(queue.front());
  queue.pop_front();
  ++running;
  lock.unlock();
  std::exception_ptr thrown;
  try {
    task(worker);
  } catch (...) {
    thrown = std::current_exception();
  }
  task = nullptr;  // release what the task holds before the caller sees that it finished
  lock.lock();
  --running;
  if (thrown && !failure) {
    failure = thrown;
    queue.clear();
  }
  has_progress.notify_all();
}

}  // namespace wordkin::parallel
