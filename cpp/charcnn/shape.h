// What the parameters of the token layer do not tell: its options, and the sizes that follow from them.
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
  std::int64_t max_characters = 50;  // of a word, marks and padding included
  std::vector<Filter> filters;
  Activation activation = Activation::kRelu;
  std::int64_t highways = 1;
  std::int64_t projection = 0;  // columns of the projection; 0: there is none

  // Columns of the convolution, and of what highways keep.
  [[nodiscard]] std::int64_t width() const {
    std::int64_t sum = 0;
    for (const Filter& filter : filters) sum += filter.count;
    return sum;
  }
  [[nodiscard]] std::int64_t outputs() const { return projection > 0 ? projection : width(); }
};

// The same shape. Throws std::invalid_argument where sizes are out of range or a filter is wider than a word.
Shape valid(const Shape& shape);

}  // namespace wordkin::charcnn
