// The parameters of a recurrent layer, or their gradients, as views of the official tensors.
#pragma once

#include <span>

#include "memory/matrix_view.h"

namespace wordkin::recurrent {

template <typename T>
struct LayerTensors {
  memory::MatrixView<T> weights;     // W_0 (input + hidden, 4 * dim): columns i, j, f, o; the plain cell: (.., dim)
  std::span<T> bias;                 // B, as many as W_0 has columns
  memory::MatrixView<T> projection;  // W_P_0 (dim, hidden); empty where hidden is dim
};

using LayerParameters = LayerTensors<const float>;
using LayerGradients = LayerTensors<float>;

}  // namespace wordkin::recurrent
