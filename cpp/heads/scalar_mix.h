// Scalar mix of the layers of a token, gamma * sum over l of s_l n(x_l) with s = softmax(w) (Peters et al. 2018,
// equation 1), forward and backward. n is the identity, or subtracts the mean of a layer and divides by its standard
// deviation, taken over all rows and columns of a text, so that the vectors of a text do not depend on other texts.
// Instead of being summed, the layers can be concatenated, each multiplied by gamma s_l times the number of layers.
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

// (rows, layers, columns), contiguous. T is const float, or float for gradients; data may be null.
template <typename T>
struct LayeredRows {
  T* data = nullptr;

  [[nodiscard]] T* at(std::int64_t row, std::int64_t layer, std::int64_t layers, std::int64_t columns) const {
    return data + (row * layers + layer) * columns;
  }
};

class ScalarMix {
 public:
  ScalarMix(std::int64_t layers, std::int64_t columns, bool normalizes, bool concatenates = false)
      : layers_(layers),
        columns_(columns),
        normalizes_(normalizes),
        concatenates_(concatenates),
        layer_weights_(static_cast<std::size_t>(layers)) {}

  // Call before a region begins: reserves memory for these texts and computes the softmax weights of the layers.
  void prepare(const TextSpans& texts, const MixTensors<const float>& tensors);

  // mixed: OUT (rows, columns), or (rows, layers * columns) if the layers are concatenated, for this member's texts. No
  // barriers.
  void forward(const parallel::Team& team, memory::MatrixView<float> mixed, LayeredRows<const float> layers,
               const TextSpans& texts);
  // gradients: OUT. d_layers: OUT, or null. d_mixed: IN. Called by every member after a barrier; contains a barrier.
  void backward(parallel::Team& team, const MixTensors<float>& gradients, LayeredRows<float> d_layers,
                memory::MatrixView<const float> d_mixed, LayeredRows<const float> layers, const TextSpans& texts);

 private:
  // Statistics of a layer in a text, and a sum for the backward pass.
  struct TextLayer {
    float mean = 0.0f;
    float scale = 1.0f;  // reciprocal of the standard deviation
    double dot = 0.0;    // dot product of the gradients with n(x)
    double sum = 0.0;    // sum of the gradients; only in layer 0 if the layers are summed
  };

  [[nodiscard]] TextLayer& of(std::int64_t text, std::int64_t layer) {
    return text_layers_[static_cast<std::size_t>(text * layers_ + layer)];
  }
  void measure(TextLayer& found, LayeredRows<const float> layers, std::int64_t layer, std::int64_t begin,
               std::int64_t end) const;
  // Column of the mix at which a layer begins.
  [[nodiscard]] std::int64_t first_column(std::int64_t layer) const { return concatenates_ ? layer * columns_ : 0; }
  void write_layer_gradients(std::int64_t text, LayeredRows<float> d_layers, memory::MatrixView<const float> d_mixed,
                             LayeredRows<const float> layers, const TextSpans& texts);

  std::int64_t layers_;
  std::int64_t columns_;
  bool normalizes_;
  bool concatenates_;
  std::vector<double> layer_weights_;  // they sum to 1, or to the number of layers if these are concatenated
  double gamma_ = 1.0;
  std::vector<TextLayer> text_layers_;  // (texts, layers)
};

}  // namespace wordkin::heads
