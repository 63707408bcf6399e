// All parameters that an optimizer updates, with their gradients and optimizer state.
//
// The work is divided into blocks of a fixed size over all parameters together, and each member of a team processes the
// same number of blocks. Therefore the sums do not depend on the size of the team, and the work is balanced regardless
// of the sizes of the parameters.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/kernel_table.h"
#include "optim/row_gradients.h"
#include "parallel/team.h"

namespace wordkin::optim {

// The optimizer state of each weight: the sum of squares for Adagrad, the first and second moments for Adam.
struct OptimizerState {
  std::span<float> first;
  std::span<float> second;  // Adam only

  [[nodiscard]] float* first_at(std::int64_t index) const { return first.data() + index; }
  [[nodiscard]] float* second_at(std::int64_t index) const { return second.empty() ? nullptr : second.data() + index; }
};

// A parameter with a dense gradient.
struct Dense {
  std::span<float> weights;         // INOUT
  std::span<const float> gradient;  // IN
  OptimizerState state;             // INOUT, as long as the weights
};

// A matrix, optionally with one bias per row, of which only a few rows have a gradient. Only these rows are updated;
// for Adam this means that the moments of the other rows do not decay ("lazy Adam").
struct Sparse {
  std::span<float> weights;   // INOUT (rows, columns)
  OptimizerState state;       // INOUT
  std::span<float> bias;      // INOUT (rows), or empty
  OptimizerState bias_state;  // INOUT, or empty
  const RowGradients* gradient;
};

class ParameterSet {
 public:
  void add(const Dense& dense);
  void add(const Sparse& sparse);

  // The squared norm of all gradients in float64, the same for every member; not finite if a gradient is not finite.
  // Bit-identical for every team. Called by every member, after a barrier.
  double squared_norm(parallel::Team& team, const kernels::KernelTable& kernels);

  // One update with `optimizer`, an Adagrad or Adam. Called by every member; a barrier is required before and after.
  template <typename Optimizer>
  void update(const parallel::Team& team, const Optimizer& optimizer) const;

 private:
  static constexpr std::int64_t kBlockElements = 16384;  // 64 KB each of weights, gradient and state

  // The number of elements of a dense parameter or rows of a sparse one, and how many form a block.
  static std::int64_t count_of(const Dense& dense) { return std::ssize(dense.weights); }
  static std::int64_t count_of(const Sparse& sparse) { return sparse.gradient->count(); }
  static std::int64_t block_size(const Dense&) { return kBlockElements; }
  static std::int64_t block_size(const Sparse& sparse) {
    return std::max<std::int64_t>(1, kBlockElements / sparse.gradient->columns());
  }
  template <typename Parameter>
  static std::int64_t blocks_of(const Parameter& parameter) {
    return (count_of(parameter) + block_size(parameter) - 1) / block_size(parameter);
  }
  [[nodiscard]] std::int64_t blocks() const;

  // Calls visit(block, parameter, range of its elements or rows) for this member's blocks.
  template <typename Visit>
  void for_own_blocks(const parallel::Team& team, const Visit& visit) const {
    const parallel::Range own = team.share(blocks());
    std::int64_t before = 0;  // blocks of the preceding parameters
    const auto visit_own = [&](const auto& parameter) {
      const std::int64_t end = before + blocks_of(parameter), size = block_size(parameter);
      for (std::int64_t block = std::max(before, own.begin); block < std::min(end, own.end); ++block) {
        const std::int64_t first = (block - before) * size;
        visit(block, parameter, parallel::Range{first, std::min(first + size, count_of(parameter))});
      }
      before = end;
    };
    for (const auto& dense : dense_) visit_own(dense);
    for (const auto& sparse : sparse_) visit_own(sparse);
  }

  template <typename Optimizer>
  static void apply(const Optimizer& optimizer, const Dense& dense, parallel::Range range) {
    optimizer.apply(dense.weights.data() + range.begin, dense.state.first_at(range.begin),
                    dense.state.second_at(range.begin), dense.gradient.data() + range.begin, range.size());
  }
  template <typename Optimizer>
  static void apply(const Optimizer& optimizer, const Sparse& sparse, parallel::Range range) {
    const RowGradients& gradient = *sparse.gradient;
    for (std::int64_t row = range.begin; row < range.end; ++row) {
      const std::int64_t id = gradient.ids()[row];
      if (id == RowGradients::kMerged) continue;
      const std::int64_t at = id * gradient.columns();
      optimizer.apply(sparse.weights.data() + at, sparse.state.first_at(at), sparse.state.second_at(at),
                      gradient.row(row), gradient.columns());
      if (!gradient.has_bias()) continue;
      optimizer.apply(sparse.bias.data() + id, sparse.bias_state.first_at(id), sparse.bias_state.second_at(id),
                      gradient.bias() + row, 1);
    }
  }

  std::vector<Dense> dense_;
  std::vector<Sparse> sparse_;
  std::vector<double> block_sums_;  // capacity for the maximum number of blocks
};

template <typename Optimizer>
void ParameterSet::update(const parallel::Team& team, const Optimizer& optimizer) const {
  for_own_blocks(
      team, [&](std::int64_t, const auto& parameter, parallel::Range range) { apply(optimizer, parameter, range); });
}

}  // namespace wordkin::optim
