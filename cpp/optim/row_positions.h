// The positions at which each row of a table was read; used to sum the gradients of the positions for each row.
//
// The positions of a row are summed in ascending order, so the result is bit-identical for every team.
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
  // ids[p] is the row that position p reads. Call outside a region.
  void assign(std::span<const std::int32_t> ids);                         // only the rows that were read
  void assign_all(std::span<const std::int32_t> ids, std::int64_t rows);  // all rows in [0, rows)

  [[nodiscard]] std::int64_t rows() const { return static_cast<std::int64_t>(rows_.size()); }
  [[nodiscard]] std::span<const std::int32_t> ids() const { return rows_; }  // in ascending order
  [[nodiscard]] std::span<const std::int32_t> positions(std::int64_t row) const {
    const auto begin = static_cast<std::size_t>(begins_[static_cast<std::size_t>(row)]);
    return {positions_.data() + begin, static_cast<std::size_t>(begins_[static_cast<std::size_t>(row) + 1]) - begin};
  }

  // sums: OUT, row k belongs to the id ids()[k] and is zero if that row was not read. gradients: IN (positions,
  // columns). Each member writes its share.
  void sum(const parallel::Team& team, memory::MatrixView<float> sums, memory::MatrixView<const float> gradients) const;

 private:
  void sort_positions(std::span<const std::int32_t> ids);

  std::vector<std::int32_t> rows_;
  std::vector<std::int64_t> begins_;  // indices into positions_, one more element than rows_
  std::vector<std::int32_t> positions_;
};

}  // namespace wordkin::optim
