// The gradient of a matrix of which only a few rows were used: these rows, each once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "memory/aligned_buffer.h"
#include "memory/matrix_view.h"
#include "parallel/team.h"

namespace wordkin::optim {

class RowGradients {
 public:
  static constexpr std::int32_t kMerged =
      -1;  // replaces the id of a row that was added to another gradient and no longer counts

  RowGradients() = default;
  // Allocates memory for `capacity` rows of `columns` elements and, if has_bias, one bias per row.
  RowGradients(std::int64_t capacity, std::int64_t columns, bool has_bias);

  // The code that fills the rows writes distinct ids in ascending order and then sets their number.
  void set_count(std::int64_t count) { count_ = count; }

  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] std::int64_t capacity() const { return capacity_; }
  [[nodiscard]] std::int64_t columns() const { return columns_; }
  [[nodiscard]] bool has_bias() const { return has_bias_; }
  [[nodiscard]] std::int32_t* ids() { return ids_.data(); }
  [[nodiscard]] const std::int32_t* ids() const { return ids_.data(); }
  [[nodiscard]] float* row(std::int64_t index) { return values_.data() + index * columns_; }
  [[nodiscard]] const float* row(std::int64_t index) const { return values_.data() + index * columns_; }
  [[nodiscard]] float* bias() { return bias_.data(); }
  [[nodiscard]] const float* bias() const { return bias_.data(); }
  [[nodiscard]] memory::MatrixView<float> values() { return {values_.data(), count_, columns_, columns_}; }

 private:
  std::int64_t capacity_ = 0;
  std::int64_t columns_ = 0;
  bool has_bias_ = false;
  std::int64_t count_ = 0;
  memory::AlignedBuffer<std::int32_t> ids_;
  memory::AlignedBuffer<float> values_;
  memory::AlignedBuffer<float> bias_;
};

// For two gradients of the same matrix: rows that occur in both are added to `target` and marked as merged in `other`,
// so that together they contain every row once. Rows that occur in only one of them are not copied. Called by every
// member; a barrier is required before and after.
void merge_shared_rows(parallel::Team& team, RowGradients& target, RowGradients& other);

}  // namespace wordkin::optim
