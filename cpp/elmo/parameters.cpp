#include "elmo/parameters.h"

#include <cassert>
#include <cstddef>
#include <utility>

namespace wordkin::elmo {
namespace {

std::string numbered(const char* name, std::int64_t number) { return name + std::to_string(number); }

// The list of tensors. `take` is called once for each tensor, in a fixed order, and returns its elements.
template <typename T, typename Take>
charcnn::EncoderTensors<T> walk_characters(const Options& options, Take& take) {
  charcnn::EncoderTensors<T> tensors;
  const std::int64_t d = options.char_dim, projection = options.projection_dim;
  std::int64_t features = 0;
  tensors.char_embed = memory::matrix_of<T>(take("char_embed", {options.n_characters, d}, Part::kTokens), d);
  for (std::size_t i = 0; i < options.filters.size(); ++i) {
    const auto [width, count] = options.filters[i];
    const auto number = static_cast<std::int64_t>(i);
    features += count;
    auto& filter = tensors.filters.emplace_back();
    filter.weights =
        memory::matrix_of<T>(take(numbered("CNN/W_cnn_", number), {1, width, d, count}, Part::kTokens), count);
    filter.bias = take(numbered("CNN/b_cnn_", number), {count}, Part::kTokens);
  }
  for (std::int64_t k = 0; k < options.n_highway; ++k) {
    const std::string name = numbered("CNN_high_", k);
    auto& highway = tensors.highways.emplace_back();
    highway.carry_weights =
        memory::matrix_of<T>(take(name + "/W_carry", {features, features}, Part::kTokens), features);
    highway.carry_bias = take(name + "/b_carry", {features}, Part::kTokens);
    highway.transform_weights =
        memory::matrix_of<T>(take(name + "/W_transform", {features, features}, Part::kTokens), features);
    highway.transform_bias = take(name + "/b_transform", {features}, Part::kTokens);
  }
  if (features != projection || has_words(options)) {  // as in bilm-tf
    tensors.projection.weights =
        memory::matrix_of<T>(take("CNN_proj/W_proj", {features, projection}, Part::kTokens), projection);
    tensors.projection.bias = take("CNN_proj/b_proj", {projection}, Part::kTokens);
  }
  return tensors;
}

template <typename T, typename Take>
WordTensors<T> walk_words(const Options& options, Take& take) {
  const std::int64_t columns = options.word_dim, projection = options.projection_dim;
  WordTensors<T> tensors;
  tensors.vectors =
      memory::matrix_of<T>(take("word_embed", {options.n_input_words, columns}, Part::kTokens, true), columns);
  tensors.projection = memory::matrix_of<T>(take("CNN_proj/W_word", {columns, projection}, Part::kTokens), projection);
  return tensors;
}

template <typename T, typename Take>
recurrent::LayerTensors<T> walk_layer(const Options& options, int direction, std::int64_t layer, Take& take) {
  const bool lstm = options.cell == Cell::kLstm;
  const std::int64_t projection = options.projection_dim, columns = (lstm ? 4 : 1) * options.dim;
  const std::string name =
      numbered("RNN_", direction) + numbered("/RNN/MultiRNNCell/Cell", layer) + (lstm ? "/LSTMCell" : "/RNNCell");
  recurrent::LayerTensors<T> tensors;
  tensors.weights = memory::matrix_of<T>(take(name + "/W_0", {2 * projection, columns}, Part::kRecurrent), columns);
  tensors.bias = take(name + "/B", {columns}, Part::kRecurrent);
  if (projection < options.dim)
    tensors.projection =
        memory::matrix_of<T>(take(name + "/W_P_0", {options.dim, projection}, Part::kRecurrent), projection);
  return tensors;
}

template <typename T, typename Take>
Tensors<T> walk(const Options& options, Take& take) {
  Tensors<T> tensors;
  const std::int64_t projection = options.projection_dim, words = options.n_tokens_vocab;
  if (options.token_input)
    tensors.embedding = memory::matrix_of<T>(take("embedding", {words, projection}, Part::kTokens, true), projection);
  else
    tensors.characters = walk_characters<T>(options, take);
  if (has_words(options)) tensors.words = walk_words<T>(options, take);
  for (int direction = 0; direction < kDirections; ++direction)
    for (std::int64_t layer = 0; layer < options.n_layers; ++layer)
      tensors.layers[static_cast<std::size_t>(direction)].push_back(walk_layer<T>(options, direction, layer, take));
  if (words == 0) return tensors;
  for (int direction = 0; direction < kDirections; ++direction) {
    auto& softmax = tensors.softmax[static_cast<std::size_t>(direction)];
    if (options.shared_softmax && direction > 0) {
      softmax = tensors.softmax[0];
      continue;
    }
    const std::string name = options.shared_softmax ? "softmax" : numbered("softmax_", direction);
    softmax.weights = memory::matrix_of<T>(take(name + "/W", {words, projection}, Part::kSoftmax, true), projection);
    softmax.bias = take(name + "/b", {words}, Part::kSoftmax, true);
  }
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
  const auto take = [&](std::string name, std::vector<std::int64_t> shape, Part part, bool rows_are_words = false) {
    list.push_back({std::move(name), std::move(shape), part, rows_are_words});
    return std::span<float>{};
  };
  walk<float>(options, take);
  return list;
}

template <typename T>
Tensors<T> tensors_of(const Options& options, std::span<const std::span<T>> spans) {
  std::size_t next = 0;
  const auto take = [&](const std::string&, const std::vector<std::int64_t>&, Part, bool = false) {
    assert(next < spans.size());
    return spans[next++];
  };
  return walk<T>(options, take);
}

template Tensors<float> tensors_of(const Options&, std::span<const std::span<float>>);
template Tensors<const float> tensors_of(const Options&, std::span<const std::span<const float>>);

}  // namespace wordkin::elmo
