#include "tasks/options.h"

#include <algorithm>

namespace wordkin::tasks {

std::int64_t mixed_columns(const Options& options, const Context& context) {
  return options.concatenate_layers ? context.n_layers * context.dim : context.dim;
}

std::int64_t context_columns(const Options& options, const Context& context) {
  return options.projection_dim > 0 ? options.projection_dim : mixed_columns(options, context);
}

std::int64_t feature_columns(const Options& options) {
  std::int64_t sum = 0;
  for (const auto& table : options.tables) sum += table.dim;
  for (const auto& context : options.contexts) sum += context_columns(options, context);
  if (has_characters(options)) sum += character_shape(options).outputs();
  return sum;
}

std::int64_t encoded_columns(const Options& options) {
  const int directions = directions_of(options);
  return directions == 0 ? feature_columns(options) : directions * options.hidden_dim;
}

std::int64_t pooled_columns(const Options& options) { return std::ssize(options.pooling) * encoded_columns(options); }

std::int64_t output_input_columns(const Options& options) {
  if (options.dense_dim > 0) return options.dense_dim;
  return pools(options) ? pooled_columns(options) : encoded_columns(options);
}

int directions_of(const Options& options) {
  if (options.encoder == Encoding::kNone) return 0;
  return options.bidirectional ? 2 : 1;
}

bool attends(const Options& options) {
  return pools(options) && std::ranges::find(options.pooling, Pooling::kAttention) != options.pooling.end();
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
