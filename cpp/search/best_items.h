// The best items found so far for many queries or rows, and the scores that others must reach.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "memory/round_up.h"
#include "search/rows.h"
#include "search/top_k.h"

namespace wordkin::search {

class BestItems {
 public:
  BestItems() = default;
  BestItems(std::int64_t count, std::int64_t k)
      : buffer_(static_cast<std::size_t>(count * k)),
        thresholds_(
            static_cast<std::size_t>(memory::round_up<std::int64_t>(count, kernels::kPanelRows) + kernels::kPanelRows),
            std::numeric_limits<float>::infinity()) {
    best_.reserve(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      best_.emplace_back(std::span(buffer_).subspan(i * static_cast<std::size_t>(k), static_cast<std::size_t>(k)));
      update_threshold(i);
    }
  }

  [[nodiscard]] bool empty() const { return best_.empty(); }
  [[nodiscard]] const TopK& best(std::size_t index) const { return best_[index]; }
  // Of whole panels, wherever they begin.
  [[nodiscard]] const float* thresholds() const { return thresholds_.data(); }

  void push(std::size_t index, float score, std::int64_t item) {
    if (score < thresholds_[index]) return;
    best_[index].push(score, static_cast<std::int32_t>(item));
    update_threshold(index);
  }

 private:
  void update_threshold(std::size_t index) { thresholds_[index] = best_[index].threshold(); }

  std::vector<Neighbour> buffer_;
  std::vector<TopK> best_;
  std::vector<float> thresholds_;
};

}  // namespace wordkin::search
