#include "charcnn/shape.h"

#include <limits>
#include <stdexcept>
#include <string>

namespace wordkin::charcnn {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::uint16_t>::max();  // characters and argmax are stored as uint16

void require(bool holds, const std::string& rule, std::int64_t given) {
  if (!holds) throw std::invalid_argument(rule + ", got " + std::to_string(given));
}

}  // namespace

Shape valid(const Shape& shape) {
  require(shape.characters >= 1 && shape.characters <= kMax, "n_characters must be from 1 to 65535", shape.characters);
  require(shape.max_characters >= 1 && shape.max_characters <= kMax, "max_characters_per_token must be from 1 to 65535",
          shape.max_characters);
  require(shape.char_dim >= 1, "char_dim must be at least 1", shape.char_dim);
  require(!shape.filters.empty(), "filters must contain at least one filter", 0);
  for (const Filter& filter : shape.filters) {
    require(filter.width >= 1 && filter.width <= shape.max_characters,
            "the width of filters must be from 1 to max_characters_per_token", filter.width);
    require(filter.count >= 1, "the number of filters must be at least 1", filter.count);
  }
  require(shape.highways >= 0, "n_highway must not be negative", shape.highways);
  require(shape.projection >= 0, "projection_dim must not be negative", shape.projection);
  return shape;
}

}  // namespace wordkin::charcnn
