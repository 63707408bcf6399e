#include "optim/row_positions.h"

#include <algorithm>
#include <numeric>

namespace wordkin::optim {

void RowPositions::sort_positions(std::span<const std::int32_t> ids) {
  positions_.resize(ids.size());
  std::iota(positions_.begin(), positions_.end(), 0);
  std::stable_sort(positions_.begin(), positions_.end(), [&](std::int32_t a, std::int32_t b) {
    return ids[static_cast<std::size_t>(a)] < ids[static_cast<std::size_t>(b)];
  });
}

void RowPositions::assign(std::span<const std::int32_t> ids) {
  sort_positions(ids);
  rows_.clear();
  begins_.clear();
  for (std::size_t k = 0; k < positions_.size(); ++k) {
    const std::int32_t id = ids[static_cast<std::size_t>(positions_[k])];
    if (!rows_.empty() && rows_.back() == id) continue;
    rows_.push_back(id);
    begins_.push_back(static_cast<std::int64_t>(k));
  }
  begins_.push_back(static_cast<std::int64_t>(positions_.size()));
}

void RowPositions::assign_all(std::span<const std::int32_t> ids, std::int64_t rows) {
  sort_positions(ids);
  rows_.resize(static_cast<std::size_t>(rows));
  std::iota(rows_.begin(), rows_.end(), 0);
  begins_.assign(static_cast<std::size_t>(rows) + 1, 0);
  for (const std::int32_t id : ids) ++begins_[static_cast<std::size_t>(id) + 1];
  std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
}

void RowPositions::sum(const parallel::Team& team, memory::MatrixView<float> sums,
                       memory::MatrixView<const float> gradients) const {
  const parallel::Range own = team.share(rows());
  for (std::int64_t row = own.begin; row < own.end; ++row) {
    float* const total = sums.row(row);
    std::fill_n(total, sums.columns, 0.0f);
    for (const std::int32_t position : positions(row)) {
      const float* const gradient = gradients.row(position);
      for (std::int64_t i = 0; i < sums.columns; ++i) total[i] += gradient[i];
    }
  }
}

}  // namespace wordkin::optim
