// Selects the k best rows, in memory borrowed from the caller.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace wordkin::search {

struct Neighbour {
  float score;
  std::int32_t row;
};

// The order of results: higher scores first, among equal scores the lower row. It is a total order, so the result does
// not depend on the order of insertion.
inline bool is_better(const Neighbour& a, const Neighbour& b) {
  return a.score != b.score ? a.score > b.score : a.row < b.row;
}

// Few items are sorted, since moving them costs less than the branches of a heap; many form a heap whose root is the
// worst.
class TopK {
 public:
  // `size`: number of items so far, 0 at the beginning.
  TopK(std::span<Neighbour> items, std::uint32_t& size) : items_(items), size_(size) {}

  // Scores below this are not kept.
  [[nodiscard]] float threshold() const {
    return size_ < items_.size() ? -std::numeric_limits<float>::infinity() : worst().score;
  }

  // NaN is treated as -infinity.
  void push(float score, std::int32_t row) {
    const Neighbour added{std::isnan(score) ? -std::numeric_limits<float>::infinity() : score, row};
    if (size_ < items_.size()) {
      items_[size_++] = added;
      if (is_sorted()) insert(added);
      if (!is_sorted() && size_ == items_.size()) std::make_heap(items_.begin(), items_.end(), is_better);
    } else if (!items_.empty() && is_better(added, worst())) {
      is_sorted() ? insert(added) : replace_worst(added);
    }
  }

 private:
  static constexpr std::size_t kMaxSorted = 16;

  [[nodiscard]] bool is_sorted() const { return items_.size() <= kMaxSorted; }
  [[nodiscard]] const Neighbour& worst() const { return is_sorted() ? items_.back() : items_.front(); }

  // The last item is overwritten.
  void insert(const Neighbour& added) {
    std::size_t index = size_ - 1;
    for (; index > 0 && is_better(added, items_[index - 1]); --index) items_[index] = items_[index - 1];
    items_[index] = added;
  }

  // No item is worse than its parent; `added` sinks from the root to its position.
  void replace_worst(const Neighbour& added) {
    std::size_t index = 0;
    while (true) {
      std::size_t child = 2 * index + 1;
      if (child >= size_) break;
      if (child + 1 < size_ && is_better(items_[child], items_[child + 1])) ++child;
      if (!is_better(added, items_[child])) break;
      items_[index] = items_[child];
      index = child;
    }
    items_[index] = added;
  }

  std::span<Neighbour> items_;
  std::uint32_t& size_;
};

}  // namespace wordkin::search
