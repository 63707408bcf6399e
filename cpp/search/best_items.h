// The best items found so far for many queries or rows, and the scores that others must reach.
#pragma once

#include <algorithm>
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
      : k_(static_cast<std::size_t>(k)),
        items_(static_cast<std::size_t>(count * k)),
        sizes_(static_cast<std::size_t>(count)),
        thresholds_(
            static_cast<std::size_t>(memory::round_up<std::int64_t>(count, kernels::kPanelRows) + kernels::kPanelRows),
            std::numeric_limits<float>::infinity()) {
    if (k > 0) std::fill_n(thresholds_.begin(), count, -std::numeric_limits<float>::infinity());
  }

  // In any order.
  [[nodiscard]] std::span<const Neighbour> best(std::size_t index) const {
    return {items_.data() + index * k_, sizes_[index]};
  }
  // Of whole panels, wherever they begin.
  [[nodiscard]] const float* thresholds() const { return thresholds_.data(); }
  // Scores below `floor` need not be kept, because `k` items to come reach it.
  void raise_threshold(std::size_t index, float floor) { thresholds_[index] = std::max(thresholds_[index], floor); }

  void push(std::size_t index, float score, std::int64_t item) {
    if (score < thresholds_[index]) return;
    TopK best({items_.data() + index * k_, k_}, sizes_[index]);
    best.push(score, static_cast<std::int32_t>(item));
    raise_threshold(index, best.threshold());
  }

 private:
  std::size_t k_ = 0;
  std::vector<Neighbour> items_;
  std::vector<std::uint32_t> sizes_;
  std::vector<float> thresholds_;
};

}  // namespace wordkin::search
