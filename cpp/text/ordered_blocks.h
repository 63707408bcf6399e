// Processes blocks of text in a thread pool and returns the results in the order of the blocks.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "parallel/thread_pool.h"
#include "text/sentence_splitter.h"

namespace wordkin::text {

// `cancelled` is set when the result is no longer needed; the work may then throw anything.
struct TextBlock {
  std::span<const char> text;  // borrowed until the result has been taken
  std::int64_t number;
  bool continues_line;
  const CancelFlag* cancelled;
};

template <typename Result>
class OrderedBlocks {
 public:
  using Work = std::function<Result(const TextBlock& block, std::size_t worker)>;

  OrderedBlocks(std::size_t threads, Work work) : work_(std::move(work)), pool_(threads) {}

  ~OrderedBlocks() { stop(); }
  OrderedBlocks(const OrderedBlocks&) = delete;
  OrderedBlocks& operator=(const OrderedBlocks&) = delete;

  [[nodiscard]] std::size_t workers() const { return pool_.size(); }
  [[nodiscard]] bool is_working() const { return pool_.pending() > 0; }

  // Cancels all blocks and waits until their work has stopped.
  void stop() {
    cancelled_.store(true, std::memory_order_relaxed);
    pool_.discard_queued();
    pool_.wait_all();
  }

  void submit(std::span<const char> text, bool continues_line) {
    auto& job = *jobs_.emplace_back(std::make_unique<Job>(TextBlock{text, submitted_++, continues_line, &cancelled_}));
    pool_.submit([this, &job](std::size_t worker) {
      try {
        job.result = work_(job.block, worker);
      } catch (...) {  // stored with its block, so that the error that the caller sees does not depend on timing
        job.failure = std::current_exception();
      }
      job.is_done.store(true, std::memory_order_release);  // publishes the result
    });
  }

  // Waits until the pool can accept another block without an unnecessarily long queue; false if `seconds` have passed.
  bool wait_for_capacity(double seconds) { return pool_.wait(2 * pool_.size() - 1, seconds); }
  bool wait_for_all(double seconds) { return pool_.wait(0, seconds); }

  // Returns the result of the next block if it is ready; rethrows an exception of that block.
  std::optional<Result> take() {
    if (jobs_.empty() || !jobs_.front()->is_done.load(std::memory_order_acquire)) return std::nullopt;
    const auto job = std::move(jobs_.front());
    jobs_.pop_front();
    if (job->failure) std::rethrow_exception(job->failure);
    return std::move(job->result);
  }

 private:
  struct Job {
    explicit Job(const TextBlock& b) : block(b) {}
    TextBlock block;
    Result result;
    std::exception_ptr failure;
    std::atomic<bool> is_done = false;
  };

  Work work_;
  CancelFlag cancelled_ = false;
  std::deque<std::unique_ptr<Job>> jobs_;
  std::int64_t submitted_ = 0;
  parallel::ThreadPool pool_;  // last: joined before the members that its tasks use are destroyed
};

}  // namespace wordkin::text
