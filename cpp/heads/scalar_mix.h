// One vector from the layers of a token, gamma * sum over l of s_l n(x_l) with s = softmax(w) (Peters et al. 2018,
// equation 1), forward and backward. n is nothing, or takes off a layer's mean and divides by its deviation, over all
// rows and columns of a text, so that a text's vectors depend on no other's.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "heads/text_spans.h"
#include "memory/matrix_view.h"
#include "parallel/team.h"

namespace wordkin::heads {

template <typename T>
struct MixTensors {
  std::span<T> weights;  // (layers)
  std::span<T> gamma;    // (1)
};

// (rows, layers, columns), one row behind the other. T is const float, or float for gradients; null for none.
template <typename T>
struct LayeredRows {
  T* data = nullptr;

  [[nodiscard]] T* at(std::int64_t row, std::int64_t layer, std::int64_t layers, std::int64_t columns) const {
    return data + (row * layers + layer) * columns;
  }
};

class ScalarMix {
 public:
  ScalarMix(std::int64_t layers, std::int64_t columns, bool normalizes)
      : layers_(layers), columns_(columns), normalizes_(normalizes), layer_weights_(static_cast<std::size_t>(layers)) {}

  // Before a region begins: room for these texts, and the shares of the layers.
  void prepare(const TextSpans& texts, const MixTensors<const float>& tensors);

  // mixed: OUT (rows, columns) of this member's texts. No barrier within.
  void forward(const parallel::Team& team, memory::MatrixView<float> mixed, LayeredRows<const float> layers,
               const TextSpans& texts);
  // gradients: OUT. d_layers: OUT, or null. d_mixed: IN. Every member calls it, behind a barrier; one stands within.
  void backward(parallel::Team& team, const MixTensors<float>& gradients, LayeredRows<float> d_layers,
                memory::MatrixView<const float> d_mixed, LayeredRows<const float> layers, const TextSpans& texts);

 private:
  // Of a layer in a text; and, on the way back, sums over its numbers.
  struct TextLayer {
    float mean = 0.0f;
    float scale = 1.0f;  // one over the deviation
    double dot = 0.0;    // of the gradients with n(x)
  };

  [[nodiscard]] TextLayer& of(std::int64_t text, std::int64_t layer) {
    return text_layers_[static_cast<std::size_t>(text * layers_ + layer)];
  }
  void measure(TextLayer& found, LayeredRows<const float> layers, std::int64_t layer, std::int64_t begin,
               std::int64_t end) const;
  void write_layer_gradients(std::int64_t text, double sum, LayeredRows<float> d_layers,
                             memory::MatrixView<const float> d_mixed, LayeredRows<const float> layers,
                             const TextSpans& texts);

  std::int64_t layers_;
  std::int64_t columns_;
  bool normalizes_;
  std::vector<double> layer_weights_;
  double gamma_ = 1.0;
  std::vector<TextLayer> text_layers_;  // (texts, layers)
};

}  // namespace wordkin::heads
