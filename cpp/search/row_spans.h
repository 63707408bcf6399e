// Divides the rows of a search into spans that the workers process or, if there is little work, the calling thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "memory/round_up.h"
#include "parallel/thread_pool.h"
#include "search/row_blocks.h"

namespace wordkin::search {

// With fewer multiplications, starting threads costs more time than it saves (about 50 us).
inline constexpr std::int64_t kMinParallelWork = 4'000'000;

class RowSpans {
 public:
  using Body = std::function<void(std::int64_t first, std::int64_t end, std::size_t worker)>;

  // `work`: number of multiplications, of floats. The calling thread is one of the workers: it begins at once, whereas
  // a thread that starts misses a part of a short search.
  RowSpans(std::int64_t rows, std::int64_t work, std::size_t threads) : rows_(rows) {
    if (threads > 1 && work >= kMinParallelWork) pool_ = std::make_unique<parallel::ThreadPool>(threads - 1);
    const auto spans = pool_ ? static_cast<std::int64_t>(workers()) * kSpansPerThread : 1;
    length_ = std::max(memory::round_up<std::int64_t>((rows_ + spans - 1) / spans, kPanelBlockRows), kPanelBlockRows);
  }
  [[nodiscard]] std::size_t workers() const { return pool_ ? pool_->size() + 1 : 1; }

  // Each worker takes spans in ascending order.
  void run(const Body& body) {
    if (!pool_) return body(0, rows_, 0);
    std::atomic<std::int64_t> next = 0;
    const auto work = [&](std::size_t worker) {
      while (true) {
        const std::int64_t first = next.fetch_add(length_, std::memory_order_relaxed);
        if (first >= rows_) return;
        body(first, std::min(first + length_, rows_), worker);
      }
    };
    try {
      for (std::size_t i = 0; i < pool_->size(); ++i) pool_->submit([&](std::size_t worker) { work(worker + 1); });
      work(0);
    } catch (...) {  // other workers still use the variables above
      next = rows_;
      finish();
      throw;
    }
    finish();
  }

 private:
  static constexpr std::int64_t kSpansPerThread = 16;

  // Threads that have not begun have no work left.
  void finish() {
    pool_->discard_queued();
    pool_->wait_all();
  }

  std::int64_t rows_;
  std::int64_t length_ = 0;
  std::unique_ptr<parallel::ThreadPool> pool_;
};

}  // namespace wordkin::search
