// The shape of a stack of recurrent layers for one direction.
#pragma once

#include <cstdint>

namespace wordkin::recurrent {

// kLstm: LSTM without peepholes, with a projection if hidden differs from dim. kRnn: h = tanh(W [x, h] + b), with a
// projection likewise.
enum class Cell { kLstm, kRnn };

struct StackShape {
  Cell cell = Cell::kLstm;
  std::int64_t input = 0;   // columns of the input of the first layer; the other layers read `hidden` columns
  std::int64_t dim = 0;     // cells per layer
  std::int64_t hidden = 0;  // columns of the output of a layer: of the projection, or dim without one
  std::int64_t n_layers = 0;
  float cell_clip = 0.0f;         // 0: none
  float proj_clip = 0.0f;         // 0: none; unused without a projection
  float forget_bias = 1.0f;       // added at run time, not included in the tensors
  bool skip_connections = false;  // from the second layer on, the input of a layer is added to its output

  [[nodiscard]] int gates() const { return cell == Cell::kLstm ? 4 : 1; }
  [[nodiscard]] bool projects() const { return hidden != dim; }
  [[nodiscard]] bool clips_projection() const { return projects() && proj_clip > 0.0f; }
  [[nodiscard]] std::int64_t input_of(std::int64_t layer) const { return layer == 0 ? input : hidden; }
  [[nodiscard]] bool adds_input(std::int64_t layer) const { return layer > 0 && skip_connections; }
};

}  // namespace wordkin::recurrent
