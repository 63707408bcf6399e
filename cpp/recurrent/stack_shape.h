// What a stack of recurrent layers of one direction is.
#pragma once

#include <cstdint>

namespace wordkin::recurrent {

// kLstm: with a projection where hidden is not dim, without peepholes. kRnn: h = tanh(W [x, h] + b), projected
// likewise.
enum class Cell { kLstm, kRnn };

struct StackShape {
  Cell cell = Cell::kLstm;
  std::int64_t input = 0;   // columns of the first layer's input; the others take `hidden`
  std::int64_t dim = 0;     // cells of a layer
  std::int64_t hidden = 0;  // columns of a layer's output: of the projection, or dim without one
  std::int64_t n_layers = 0;
  float cell_clip = 0.0f;         // 0: none
  float proj_clip = 0.0f;         // 0: none; nothing without a projection
  float forget_bias = 1.0f;       // added when the model runs: it is not in the tensors
  bool skip_connections = false;  // from the second layer on, a layer's input is added to its output

  [[nodiscard]] int gates() const { return cell == Cell::kLstm ? 4 : 1; }
  [[nodiscard]] bool projects() const { return hidden != dim; }
  [[nodiscard]] bool clips_projection() const { return projects() && proj_clip > 0.0f; }
  [[nodiscard]] std::int64_t input_of(std::int64_t layer) const { return layer == 0 ? input : hidden; }
  [[nodiscard]] bool adds_input(std::int64_t layer) const { return layer > 0 && skip_connections; }
};

}  // namespace wordkin::recurrent
