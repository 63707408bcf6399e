#include "elmo/carried_state.h"

#include <algorithm>
#include <cassert>

namespace wordkin::elmo {

recurrent::StackShape stack_shape(const Options& options) {
  recurrent::StackShape shape;
  shape.cell = options.cell;
  shape.input = options.projection_dim;
  shape.dim = options.dim;
  shape.hidden = options.projection_dim;
  shape.n_layers = options.n_layers;
  shape.cell_clip = static_cast<float>(options.cell_clip);
  shape.proj_clip = static_cast<float>(options.proj_clip);
  shape.forget_bias = static_cast<float>(options.forget_bias);
  shape.skip_connections = options.use_skip_connections;
  return shape;
}

CarriedState::CarriedState(const Options& options, std::int64_t rows) {
  const std::int64_t hidden = options.projection_dim, cells = options.cell == Cell::kLstm ? options.dim : 0;
  floats_ =
      memory::AlignedBuffer<float>(static_cast<std::size_t>(kDirections * options.n_layers * rows * (hidden + cells)));
  float* next = floats_.data();
  const auto take = [&](std::int64_t columns) -> memory::MatrixView<float> {
    if (columns == 0) return {};
    float* const begin = next;
    next += rows * columns;
    return {begin, rows, columns, columns};
  };
  for (auto& layers : layers_) {
    for (std::int64_t layer = 0; layer < options.n_layers; ++layer) {
      const auto h = take(hidden);
      layers.push_back({h, take(cells)});
    }
  }
}

void CarriedState::assign(CarriedState& other) {
  assert(floats_.size() == other.floats_.size());
  std::copy_n(other.floats_.data(), floats_.size(), floats_.data());
}

void CarriedState::clear() { std::fill_n(floats_.data(), floats_.size(), 0.0f); }

void CarriedState::clear_row(std::int64_t row) {
  for (const auto& layers : layers_)
    for (const auto& layer : layers)
      for (const auto& matrix : {layer.h, layer.c})
        if (!matrix.empty()) std::fill_n(matrix.row(row), matrix.columns, 0.0f);
}

}  // namespace wordkin::elmo
