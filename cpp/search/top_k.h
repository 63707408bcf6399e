// The best k of what is offered, in memory that somebody else owns.
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

// The order of results: greater scores first, among equals the lower row. Total, so what is found does not depend on
// the order of offers.
inline bool is_better(const Neighbour& a, const Neighbour& b) {
  return a.score != b.score ? a.score > b.score : a.row < b.row;
}

class TopK {
 public:
  explicit TopK(std::span<Neighbour> room) : room_(room) {}

  [[nodiscard]] std::span<const Neighbour> kept() const { return room_.first(size_); }

  // What is below this is not kept.
  [[nodiscard]] float threshold() const {
    return size_ < room_.size() ? -std::numeric_limits<float>::infinity() : room_.front().score;
  }

  // A score that is no number is taken for -infinity.
  void offer(float score, std::int32_t row) {
    const Neighbour offered{std::isnan(score) ? -std::numeric_limits<float>::infinity() : score, row};
    if (size_ < room_.size()) {
      room_[size_++] = offered;
      if (size_ == room_.size()) std::make_heap(room_.begin(), room_.end(), is_better);
    } else if (!room_.empty() && is_better(offered, room_.front())) {
      replace_worst(offered);
    }
  }

 private:
  // The worst stands at the root, every other behind a worse one; `offered` sinks to its place from the root.
  void replace_worst(const Neighbour& offered) {
    std::size_t place = 0;
    while (true) {
      std::size_t child = 2 * place + 1;
      if (child >= size_) break;
      if (child + 1 < size_ && is_better(room_[child], room_[child + 1])) ++child;
      if (!is_better(offered, room_[child])) break;
      room_[place] = room_[child];
      place = child;
    }
    room_[place] = offered;
  }

  std::span<Neighbour> room_;
  std::size_t size_ = 0;
};

}  // namespace wordkin::search
