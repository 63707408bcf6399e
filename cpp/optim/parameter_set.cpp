#include "optim/parameter_set.h"

#include <numeric>

namespace wordkin::optim {
namespace {

double squares_of(const kernels::KernelTable& kernels, const Dense& dense, parallel::Range range) {
  return kernels.squared_norm(dense.gradient.data() + range.begin, range.size());
}

double squares_of(const kernels::KernelTable& kernels, const Sparse& sparse, parallel::Range range) {
  const RowGradients& gradient = *sparse.gradient;
  double sum = 0.0;
  for (std::int64_t row = range.begin; row < range.end; ++row) {
    if (gradient.ids()[row] == RowGradients::kMerged) continue;
    sum += kernels.squared_norm(gradient.row(row), gradient.columns());
    if (gradient.has_bias()) sum += kernels.squared_norm(gradient.bias() + row, 1);
  }
  return sum;
}

}  // namespace

void ParameterSet::add(const Dense& dense) {
  assert(dense.gradient.size() == dense.weights.size() && dense.state.first.size() == dense.weights.size());
  dense_.push_back(dense);
  block_sums_.resize(block_sums_.size() + static_cast<std::size_t>(blocks_of(dense)));
}

void ParameterSet::add(const Sparse& sparse) {
  assert(sparse.gradient->has_bias() == !sparse.bias.empty());
  sparse_.push_back(sparse);
  const std::int64_t max_blocks = sparse.gradient->capacity() / block_size(sparse) + 1;
  block_sums_.resize(block_sums_.size() + static_cast<std::size_t>(max_blocks));
}

std::int64_t ParameterSet::blocks() const {
  std::int64_t count = 0;
  for (const auto& dense : dense_) count += blocks_of(dense);
  for (const auto& sparse : sparse_) count += blocks_of(sparse);
  return count;
}

double ParameterSet::squared_norm(parallel::Team& team, const kernels::KernelTable& kernels) {
  for_own_blocks(team, [&](std::int64_t block, const auto& parameter, parallel::Range range) {
    block_sums_[static_cast<std::size_t>(block)] = squares_of(kernels, parameter, range);
  });
  team.barrier();
  return std::accumulate(block_sums_.begin(), block_sums_.begin() + blocks(), 0.0);
}

}  // namespace wordkin::optim
