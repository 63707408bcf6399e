// The shape of the token layer: its options and the sizes derived from them.
#pragma once

#include <cstdint>
#include <vector>

namespace wordkin::charcnn {

enum class Activation { kRelu, kTanh };

struct Filter {
  std::int64_t width = 0;  // characters
  std::int64_t count = 0;
};

struct Shape {
  std::int64_t characters = 261;  // rows of the embedding
  std::int64_t char_dim = 16;
  std::int64_t max_characters = 50;  // per word, including boundary markers and padding
  std::vector<Filter> filters;
  Activation activation = Activation::kRelu;
  std::int64_t highways = 1;
  std::int64_t projection = 0;  // columns of the projection; 0: no projection

  // Number of columns of the convolution and of the highway layers.
  [[nodiscard]] std::int64_t width() const {
    std::int64_t sum = 0;
    for (const Filter& filter : filters) sum += filter.count;
    return sum;
  }
  [[nodiscard]] std::int64_t outputs() const { return projection > 0 ? projection : width(); }
};

// Returns the shape. Throws std::invalid_argument if a size is out of range or a filter is wider than a word.
Shape valid(const Shape& shape);

}  // namespace wordkin::charcnn
