// The recurrent state of both directions that is carried from one window to the next.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "elmo/options.h"
#include "elmo/parameters.h"
#include "memory/aligned_buffer.h"
#include "memory/matrix_view.h"
#include "recurrent/layer.h"
#include "recurrent/stack_shape.h"

namespace wordkin::elmo {

recurrent::StackShape stack_shape(const Options& options);

class CarriedState {
 public:
  // Zero-initialised, for `rows` rows of a batch.
  CarriedState(const Options& options, std::int64_t rows);

  [[nodiscard]] std::span<const recurrent::LayerState> of(int direction) const {
    return layers_[static_cast<std::size_t>(direction)];
  }
  // All values as one span, for copying.
  [[nodiscard]] std::span<float> floats() { return floats_.span(); }
  void assign(CarriedState& other);
  void clear();
  // Resets one row of the batch.
  void clear_row(std::int64_t row);

 private:
  memory::AlignedBuffer<float> floats_;
  std::array<std::vector<recurrent::LayerState>, kDirections> layers_;
};

}  // namespace wordkin::elmo
