// Views of the parameters of a recurrent layer, or of their gradients, in the layout of the official files.
#pragma once

#include <span>

#include "linalg/int8_matrix.h"
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

// The matrices of a layer rounded to 8-bit integers. The two halves of W_0 are the operands of separate products, so
// each has its own scales.
struct Int8Layer {
  linalg::Int8Matrix input;       // (input, 4 * dim) or (input, dim)
  linalg::Int8Matrix hidden;      // (hidden, 4 * dim) or (hidden, dim)
  linalg::Int8Matrix projection;  // (dim, hidden); empty if hidden equals dim
};

}  // namespace wordkin::recurrent
