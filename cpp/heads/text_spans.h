// The rows of each text in a batch of concatenated texts.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "parallel/team.h"

namespace wordkin::heads {

class TextSpans {
 public:
  // lengths: non-negative.
  void assign(std::span<const std::int32_t> lengths) {
    begins_.assign(1, 0);
    for (const std::int32_t length : lengths) begins_.push_back(begins_.back() + length);
    longest_ = lengths.empty() ? 0 : *std::ranges::max_element(lengths);
  }

  [[nodiscard]] std::int64_t texts() const { return static_cast<std::int64_t>(begins_.size()) - 1; }
  [[nodiscard]] std::int64_t rows() const { return begins_.back(); }
  [[nodiscard]] std::int64_t longest() const { return longest_; }
  [[nodiscard]] std::int64_t begin(std::int64_t text) const { return begins_[static_cast<std::size_t>(text)]; }
  [[nodiscard]] std::int64_t length(std::int64_t text) const { return begin(text + 1) - begin(text); }
  [[nodiscard]] std::span<const std::int64_t> ends() const { return std::span(begins_).subspan(1); }

  // The texts of this member, chosen so that all members have about the same number of rows.
  [[nodiscard]] parallel::Range share(const parallel::Team& team) const {
    const auto edge = [&](std::int64_t rank) -> std::int64_t {
      if (rank == team.size()) return texts();
      const auto found = std::ranges::lower_bound(begins_, rows() * rank / team.size());
      return rank == 0 ? 0 : std::min<std::int64_t>(found - begins_.begin(), texts());
    };
    return {edge(team.rank()), edge(team.rank() + 1)};
  }

 private:
  std::vector<std::int64_t> begins_{0};  // one more element than there are texts
  std::int64_t longest_ = 0;
};

}  // namespace wordkin::heads
