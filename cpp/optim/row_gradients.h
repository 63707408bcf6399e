// The gradient of a matrix of which few rows were used: those rows, each once.
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
      -1;  // in position of an id: the row was added to another's and counts no more

  RowGradients() = default;
  // Room for `capacity` rows of `columns` and, where there is a bias a row, for theirs.
  RowGradients(std::int64_t capacity, std::int64_t columns, bool has_bias);

  // Whoever fills it writes the ids in rising order, each once, then says how many.
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

// For two gradients of one matrix: the rows that both have are added to `kept` and marked as moved in `other`, so that
// the two together hold every row once. Nothing is copied that only one of them has. Every member calls it; a barrier
// must stand before and behind it.
void merge_shared_rows(parallel::Team& team, RowGradients& kept, RowGradients& other);

}  // namespace wordkin::optim
