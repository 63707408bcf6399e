#include "tasks/options.h"

namespace wordkin::tasks {

std::int64_t feature_columns(const Options& options) {
  std::int64_t sum = 0;
  for (const auto& table : options.tables) sum += table.dim;
  for (const auto& context : options.contexts) sum += context.dim;
  if (has_characters(options)) sum += character_shape(options).outputs();
  return sum;
}

std::int64_t encoded_columns(const Options& options) {
  const int directions = directions_of(options);
  return directions == 0 ? feature_columns(options) : directions * options.hidden_dim;
}

std::int64_t output_input_columns(const Options& options) {
  return options.dense_dim > 0 ? options.dense_dim : encoded_columns(options);
}

int directions_of(const Options& options) {
  if (options.encoder == Encoding::kNone) return 0;
  return options.bidirectional ? 2 : 1;
}

charcnn::Shape character_shape(const Options& options) {
  charcnn::Shape shape;
  shape.char_dim = options.char_dim;
  shape.max_characters = options.max_characters;
  shape.filters = options.filters;
  shape.highways = 0;
  return shape;
}

}  // namespace wordkin::tasks
