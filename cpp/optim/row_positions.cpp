#include "optim/row_positions.h"

#include <algorithm>
#include <numeric>

namespace wordkin::optim {

void RowPlaces::sort_places(std::span<const std::int32_t> ids) {
  places_.resize(ids.size());
  std::iota(places_.begin(), places_.end(), 0);
  std::stable_sort(places_.begin(), places_.end(), [&](std::int32_t a, std::int32_t b) {
    return ids[static_cast<std::size_t>(a)] < ids[static_cast<std::size_t>(b)];
  });
}

void RowPlaces::assign(std::span<const std::int32_t> ids) {
  sort_places(ids);
  rows_.clear();
  begins_.clear();
  for (std::size_t k = 0; k < places_.size(); ++k) {
    const std::int32_t id = ids[static_cast<std::size_t>(places_[k])];
    if (!rows_.empty() && rows_.back() == id) continue;
    rows_.push_back(id);
    begins_.push_back(static_cast<std::int64_t>(k));
  }
  begins_.push_back(static_cast<std::int64_t>(places_.size()));
}

void RowPlaces::assign_all(std::span<const std::int32_t> ids, std::int64_t rows) {
  sort_places(ids);
  rows_.resize(static_cast<std::size_t>(rows));
  std::iota(rows_.begin(), rows_.end(), 0);
  begins_.assign(static_cast<std::size_t>(rows) + 1, 0);
  for (const std::int32_t id : ids) ++begins_[static_cast<std::size_t>(id) + 1];
  std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
}

void RowPlaces::sum(const parallel::Team& team, memory::MatrixView<float> sums,
                    memory::MatrixView<const float> gradients) const {
  const parallel::Range own = team.share(rows());
  for (std::int64_t row = own.begin; row < own.end; ++row) {
    float* const total = sums.row(row);
    std::fill_n(total, sums.columns, 0.0f);
    for (const std::int32_t place : places(row)) {
      const float* const gradient = gradients.row(place);
      for (std::int64_t i = 0; i < sums.columns; ++i) total[i] += gradient[i];
    }
  }
}

}  // namespace wordkin::optim
