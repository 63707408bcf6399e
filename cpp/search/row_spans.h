// Divides the rows of a search into spans that the workers process or, if there is little work, the calling thread.
#pragma once

#include <algorithm>
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

  // `work`: number of multiplications, of floats.
  RowSpans(std::int64_t rows, std::int64_t work, std::size_t threads) : rows_(rows) {
    if (threads > 1 && work >= kMinParallelWork) pool_ = std::make_unique<parallel::ThreadPool>(threads);
    const auto spans = pool_ ? static_cast<std::int64_t>(pool_->size()) * kSpansPerThread : 1;
    length_ = std::max(memory::round_up<std::int64_t>((rows_ + spans - 1) / spans, kPanelBlockRows), kPanelBlockRows);
  }
  [[nodiscard]] std::size_t workers() const { return pool_ ? pool_->size() : 1; }

  void run(const Body& body) {
    if (!pool_) return body(0, rows_, 0);
    pool_->parallel_for(static_cast<std::size_t>((rows_ + length_ - 1) / length_),
                        [&](std::size_t index, std::size_t worker) {
                          const auto first = static_cast<std::int64_t>(index) * length_;
                          body(first, std::min(first + length_, rows_), worker);
                        });
  }

 private:
  static constexpr std::int64_t kSpansPerThread = 4;

  std::int64_t rows_;
  std::int64_t length_ = 0;
  std::unique_ptr<parallel::ThreadPool> pool_;
};

}  // namespace wordkin::search
