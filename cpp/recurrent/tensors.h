// Views of the parameters of a recurrent layer, or of their gradients, in the layout of the official files.
#pragma once

#include <span>

#include "memory/matrix_view.h"

namespace wordkin::recurrent {

template <typename T>
struct LayerTensors {
  memory::MatrixView<T> weights;     // W_0 (input + hidden, 4 * dim): columns i, j, f, o; for the simple cell (.., dim)
  std::span<T> bias;                 // B, one element per column of W_0
  memory::MatrixView<T> projection;  // W_P_0 (dim, hidden); empty if hidden equals dim
};

using LayerParameters = LayerTensors<const float>;
using LayerGradients = LayerTensors<float>;

}  // namespace wordkin::recurrent
