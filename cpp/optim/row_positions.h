// Where each row of a table was read: from that, what flows back to the places is summed up row by row.
//
// A row's places are visited in rising order whoever visits them, so its sum is the same float in any team.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "memory/matrix_view.h"
#include "parallel/team.h"

namespace wordkin::optim {

class RowPositions {
 public:
  // ids[p] is the row that place p read. Not within a region.
  void assign(std::span<const std::int32_t> ids);                         // for the rows that were read
  void assign_all(std::span<const std::int32_t> ids, std::int64_t rows);  // for all of [0, rows)

  [[nodiscard]] std::int64_t rows() const { return static_cast<std::int64_t>(rows_.size()); }
  [[nodiscard]] std::span<const std::int32_t> ids() const { return rows_; }  // rising
  [[nodiscard]] std::span<const std::int32_t> positions(std::int64_t row) const {
    const auto begin = static_cast<std::size_t>(begins_[static_cast<std::size_t>(row)]);
    return {positions_.data() + begin, static_cast<std::size_t>(begins_[static_cast<std::size_t>(row) + 1]) - begin};
  }

  // sums: OUT, row k for the id ids()[k], zero where it was not read. gradients: IN (places, columns). Every member
  // writes its share.
  void sum(const parallel::Team& team, memory::MatrixView<float> sums, memory::MatrixView<const float> gradients) const;

 private:
  void sort_positions(std::span<const std::int32_t> ids);

  std::vector<std::int32_t> rows_;
  std::vector<std::int64_t> begins_;  // into positions_, one more than rows_
  std::vector<std::int32_t> positions_;
};

}  // namespace wordkin::optim
