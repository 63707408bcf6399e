#include "tasks/parameters.h"

#include <cassert>
#include <cstddef>
#include <utility>

namespace wordkin::tasks {
namespace {

std::string numbered(const char* name, std::int64_t number) { return name + std::to_string(number); }

template <typename T, typename Take>
charcnn::EncoderTensors<T> walk_characters(const Options& options, Take& take) {
  charcnn::EncoderTensors<T> tensors;
  const charcnn::Shape shape = character_shape(options);
  tensors.char_embed = memory::matrix_of<T>(take("char_embed", {shape.characters, shape.char_dim}), shape.char_dim);
  for (std::size_t i = 0; i < shape.filters.size(); ++i) {
    const auto [width, count] = shape.filters[i];
    const auto number = static_cast<std::int64_t>(i);
    auto& filter = tensors.filters.emplace_back();
    filter.weights =
        memory::matrix_of<T>(take(numbered("CNN/W_cnn_", number), {1, width, shape.char_dim, count}), count);
    filter.bias = take(numbered("CNN/b_cnn_", number), {count});
  }
  return tensors;
}

template <typename T, typename Take>
recurrent::LayerTensors<T> walk_layer(const Options& options, int direction, std::int64_t layer, Take& take) {
  const std::int64_t hidden = options.hidden_dim, input = layer == 0 ? feature_columns(options) : hidden;
  const std::int64_t columns = (options.encoder == Encoding::kLstm ? 4 : 1) * hidden;
  const std::string name = numbered("encoder_", direction) + numbered("/", layer);
  recurrent::LayerTensors<T> tensors;
  tensors.weights = memory::matrix_of<T>(take(name + "/W", {input + hidden, columns}), columns);
  tensors.bias = take(name + "/b", {columns});
  return tensors;
}

template <typename T, typename Take>
heads::DenseTensors<T> walk_dense(const std::string& name, std::int64_t inputs, std::int64_t outputs, Take& take) {
  heads::DenseTensors<T> tensors;
  tensors.weights = memory::matrix_of<T>(take(name + "/W", {inputs, outputs}), outputs);
  tensors.bias = take(name + "/b", {outputs});
  return tensors;
}

// The list of tensors. `take` is called once for each tensor, in a fixed order, and returns its elements.
template <typename T, typename Take>
Tensors<T> walk(const Options& options, Take& take) {
  Tensors<T> tensors;
  for (std::size_t i = 0; i < options.tables.size(); ++i) {
    const auto& [rows, dim, trained] = options.tables[i];
    auto& table = tensors.tables.emplace_back();
    if (trained)
      table = memory::matrix_of<T>(take(numbered("tables_", static_cast<std::int64_t>(i)), {rows, dim}, true), dim);
  }
  for (std::size_t i = 0; i < options.contexts.size(); ++i) {
    const std::string name = numbered("contexts_", static_cast<std::int64_t>(i));
    auto& mix = tensors.contexts.emplace_back();
    mix.weights = take(name + "/weights", {options.contexts[i].n_layers});
    mix.gamma = take(name + "/gamma", {1});
    if (options.projection_dim > 0)
      tensors.projections.push_back(walk_dense<T>(name + "/projection", mixed_columns(options, options.contexts[i]),
                                                  options.projection_dim, take));
  }
  if (has_characters(options)) tensors.characters = walk_characters<T>(options, take);
  for (int direction = 0; direction < directions_of(options); ++direction)
    for (std::int64_t layer = 0; layer < options.n_layers; ++layer)
      tensors.layers[static_cast<std::size_t>(direction)].push_back(walk_layer<T>(options, direction, layer, take));
  const std::int64_t encoded = encoded_columns(options), outputs = options.outputs;
  if (attends(options)) {
    tensors.attention.dense = walk_dense<T>("attention", encoded, options.attention_dim, take);
    tensors.attention.query = take("attention/v", {options.attention_dim});
  }
  const std::int64_t inputs = pools(options) ? pooled_columns(options) : encoded;
  if (options.dense_dim > 0) tensors.dense = walk_dense<T>("dense", inputs, options.dense_dim, take);
  tensors.output = walk_dense<T>("output", output_input_columns(options), outputs, take);
  if (!has_crf(options)) return tensors;
  tensors.crf.transitions = memory::matrix_of<T>(take("crf/transitions", {outputs, outputs}), outputs);
  tensors.crf.start = take("crf/start", {outputs});
  tensors.crf.end = take("crf/end", {outputs});
  return tensors;
}

}  // namespace

std::int64_t Parameter::size() const {
  std::int64_t product = 1;
  for (const std::int64_t extent : shape) product *= extent;
  return product;
}

std::vector<Parameter> parameters_of(const Options& options) {
  std::vector<Parameter> list;
  const auto take = [&](std::string name, std::vector<std::int64_t> shape, bool is_table = false) {
    list.push_back({std::move(name), std::move(shape), is_table});
    return std::span<float>{};
  };
  walk<float>(options, take);
  return list;
}

template <typename T>
Tensors<T> tensors_of(const Options& options, std::span<const std::span<T>> spans) {
  std::size_t next = 0;
  const auto take = [&](const std::string&, const std::vector<std::int64_t>&, bool = false) {
    assert(next < spans.size());
    return spans[next++];
  };
  return walk<T>(options, take);
}

template Tensors<float> tensors_of(const Options&, std::span<const std::span<float>>);
template Tensors<const float> tensors_of(const Options&, std::span<const std::span<const float>>);

}  // namespace wordkin::tasks
