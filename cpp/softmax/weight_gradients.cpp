#include "softmax/weight_gradients.h"

#include <algorithm>

namespace wordkin::softmax {
namespace {

constexpr std::int64_t kPieceWords = 512;

}  // namespace

void add_weight_gradients(parallel::Team& team, const linalg::Compute& compute, memory::MatrixView<float> d_weights,
                          memory::MatrixView<const float> d_scores, memory::MatrixView<const float> hidden,
                          linalg::Accumulate accumulate, linalg::Scratch& scratch) {
  const int members = team.size();
  const auto piece = [&](parallel::Team& alone, std::int64_t first) {
    const std::int64_t words = std::min(kPieceWords, d_weights.rows - first);
    linalg::gemm(alone, compute, d_weights.block_of_rows(first, words), d_scores.block_of_columns(first, words),
                 linalg::Transpose::kYes, hidden, linalg::Transpose::kNo, accumulate, scratch);
  };
  team.split(members, [&](int member, parallel::Team& alone) {
    for (std::int64_t first = member * kPieceWords; first < d_weights.rows; first += members * kPieceWords)
      piece(alone, first);
  });
}

}  // namespace wordkin::softmax
