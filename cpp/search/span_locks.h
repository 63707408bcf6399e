// Divides rows among workers that change what belongs to the rows: of each span, one worker at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <numeric>
#include <vector>

#include "memory/round_up.h"
#include "search/row_blocks.h"

namespace wordkin::search {

class SpanLocks {
 public:
  SpanLocks(std::int64_t rows, std::size_t workers)
      : rows_(rows),
        length_(std::max(memory::round_up<std::int64_t>(rows / static_cast<std::int64_t>(workers * kSpansPerWorker),
                                                        kPanelBlockRows),
                         kPanelBlockRows)),
        mutexes_(static_cast<std::size_t>((rows + length_ - 1) / length_)),
        first_span_step_(mutexes_.size() / workers) {}

  // Calls body(first, end) once for every span. The workers begin with different spans.
  template <typename Body>
  void for_each_span(std::size_t worker, const Body& body) {
    std::vector<std::size_t> pending(mutexes_.size());
    std::iota(pending.begin(), pending.end(), std::size_t{0});
    std::rotate(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(worker * first_span_step_),
                pending.end());
    while (!pending.empty()) {
      std::unique_lock<std::mutex> lock;
      auto chosen = std::find_if(pending.begin(), pending.end(), [&](std::size_t span) {
        lock = std::unique_lock(mutexes_[span], std::try_to_lock);
        return lock.owns_lock();
      });
      if (chosen == pending.end()) {
        chosen = pending.begin();
        lock = std::unique_lock(mutexes_[*chosen]);
      }
      const auto first = static_cast<std::int64_t>(*chosen) * length_;
      body(first, std::min(first + length_, rows_));
      pending.erase(chosen);
    }
  }

 private:
  static constexpr std::size_t kSpansPerWorker = 4;

  std::int64_t rows_, length_;
  std::vector<std::mutex> mutexes_;
  std::size_t first_span_step_;
};

}  // namespace wordkin::search
