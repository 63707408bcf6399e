// The inputs of a softmax: the parameters of the scores, and the positions at which a word is predicted.
#pragma once

#include <cstdint>
#include <span>

#include "memory/matrix_view.h"

namespace wordkin::softmax {

// score(w) = <hidden, weights_w> + bias_w.
struct OutputLayer {
  memory::MatrixView<const float> weights;  // (V, P)
  std::span<const float> bias;              // (V)

  [[nodiscard]] std::int64_t words() const { return weights.rows; }
};

struct Positions {
  memory::MatrixView<const float> hidden;  // (N, P)
  std::span<const std::int32_t> targets;   // (N), each below V

  [[nodiscard]] std::int64_t count() const { return hidden.rows; }
};

}  // namespace wordkin::softmax
