#include "optim/row_gradients.h"

#include <algorithm>
#include <cassert>

namespace wordkin::optim {
namespace {

void add(float* sums, const float* values, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) sums[i] += values[i];
}

// Calls visit(i, k) for every row i of `target` within the range that has the same id as row k of `other`.
template <typename Visit>
void for_shared(const RowGradients& target, parallel::Range range, const RowGradients& other, const Visit& visit) {
  if (range.size() == 0) return;
  const std::int32_t* const begin = other.ids();
  const std::int32_t* const end = begin + other.count();
  const std::int32_t* next = std::lower_bound(begin, end, target.ids()[range.begin]);
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    while (next < end && *next < target.ids()[i]) ++next;
    if (next < end && *next == target.ids()[i]) visit(i, next++ - begin);
  }
}

}  // namespace

RowGradients::RowGradients(std::int64_t capacity, std::int64_t columns, bool has_bias)
    : capacity_(capacity),
      columns_(columns),
      has_bias_(has_bias),
      ids_(static_cast<std::size_t>(capacity)),
      values_(static_cast<std::size_t>(capacity * columns)),
      bias_(has_bias ? static_cast<std::size_t>(capacity) : 0) {}

void merge_shared_rows(parallel::Team& team, RowGradients& target, RowGradients& other) {
  assert(target.columns() == other.columns() && target.has_bias() == other.has_bias());
  const parallel::Range own = team.share(target.count());
  for_shared(target, own, other, [&](std::int64_t i, std::int64_t k) {
    add(target.row(i), other.row(k), target.columns());
    if (target.has_bias()) target.bias()[i] += other.bias()[k];
  });
  team.barrier();  // no member reads the ids of `other` after this
  if (team.rank() != 0) return;
  for_shared(target, {0, target.count()}, other,
             [&](std::int64_t, std::int64_t k) { other.ids()[k] = RowGradients::kMerged; });
}

}  // namespace wordkin::optim
