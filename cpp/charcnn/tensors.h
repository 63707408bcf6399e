// Views of the parameters of the token layer, or of their gradients, in the layout of the official files.
#pragma once

#include <span>
#include <vector>

#include "memory/matrix_view.h"

namespace wordkin::charcnn {

template <typename T>
struct ConvolutionTensors {
  memory::MatrixView<T> weights;  // W_cnn_i (1, w, d, n) as (w * d, n)
  std::span<T> bias;              // b_cnn_i (n)
};

template <typename T>
struct HighwayTensors {
  memory::MatrixView<T> carry_weights;  // W_carry (n, n), [in, out]
  std::span<T> carry_bias;
  memory::MatrixView<T> transform_weights;
  std::span<T> transform_bias;
};

template <typename T>
struct ProjectionTensors {
  memory::MatrixView<T> weights;  // W_proj (n, P); empty without a projection
  std::span<T> bias;
};

template <typename T>
struct EncoderTensors {
  memory::MatrixView<T> char_embed;  // (characters, d)
  std::vector<ConvolutionTensors<T>> filters;
  std::vector<HighwayTensors<T>> highways;
  ProjectionTensors<T> projection;
};

using EncoderParameters = EncoderTensors<const float>;
using EncoderGradients = EncoderTensors<float>;

}  // namespace wordkin::charcnn
