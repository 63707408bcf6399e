// Divides positions among the members of a team, and sums the gradients of the scores over positions: the gradient of
// the bias.
//
// Positions are divided into kPositionGroups groups, independent of the size of the team. Each group has a row of sums,
// and the rows are added in a fixed order, so the result is bit-identical for every team.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "memory/aligned_buffer.h"
#include "memory/row_buffer.h"
#include "parallel/team.h"

namespace wordkin::softmax {

inline constexpr std::int64_t kPositionGroups = 32;

// Calls visit(position, group) for this member's share of [0, positions).
template <typename Visit>
void for_own_positions(const parallel::Team& team, std::int64_t positions, const Visit& visit) {
  const parallel::Range own = team.share(kPositionGroups);
  for (std::int64_t group = own.begin; group < own.end; ++group)
    for (std::int64_t position = positions * group / kPositionGroups;
         position < positions * (group + 1) / kPositionGroups; ++position)
      visit(position, group);
}

class BiasSums {
 public:
  BiasSums() = default;
  explicit BiasSums(std::int64_t columns)
      : pitch_(memory::padded(columns)), sums_(static_cast<std::size_t>(kPositionGroups * pitch_)) {}

  // Each member clears the rows of the groups it owns, so no barrier is needed before it adds to them.
  void clear(const parallel::Team& team) {
    const parallel::Range own = team.share(kPositionGroups);
    std::fill(sums_.data() + own.begin * pitch_, sums_.data() + own.end * pitch_, 0.0f);
  }
  [[nodiscard]] float* line(std::int64_t group) { return sums_.data() + group * pitch_; }

  // bias: OUT. Each member writes its share; a barrier is required before the call.
  void total(const parallel::Team& team, std::span<float> bias) {
    const parallel::Range own = team.share(static_cast<std::int64_t>(bias.size()), 16);
    std::copy(line(0) + own.begin, line(0) + own.end, bias.data() + own.begin);
    for (std::int64_t group = 1; group < kPositionGroups; ++group)
      for (std::int64_t i = own.begin; i < own.end; ++i) bias.data()[i] += line(group)[i];
  }

 private:
  std::int64_t pitch_ = 0;
  memory::AlignedBuffer<float> sums_;
};

}  // namespace wordkin::softmax
