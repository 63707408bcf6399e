// Every tensor of a language model, by its name in the original files, in one list: what Python allocates, what
// gradients, clipping, optimisers and checkpoints go through.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "charcnn/tensors.h"
#include "elmo/options.h"
#include "memory/matrix_view.h"
#include "recurrent/tensors.h"

namespace wordkin::elmo {

inline constexpr int kDirections = 2;  // 0 reads forward, 1 backward

enum class Part { kTokens, kRecurrent, kSoftmax };

struct Parameter {
  std::string name;
  std::vector<std::int64_t> shape;
  Part part;
  // Words of the vocabulary are its rows: a step that meets few of them has a gradient for those rows alone.
  bool rows_are_words = false;

  [[nodiscard]] std::int64_t size() const;
};

std::vector<Parameter> parameters_of(const Options& options);

// The tensors as the layers take them. T is const float for weights that are read, float for weights that change and
// for gradients.
template <typename T>
struct SoftmaxTensors {
  memory::MatrixView<T> weights;  // (V, P)
  std::span<T> bias;              // (V)
};

template <typename T>
struct Tensors {
  memory::MatrixView<T> embedding;  // (V, P); empty where words are read as characters
  charcnn::EncoderTensors<T> characters;
  std::array<std::vector<recurrent::LayerTensors<T>>, kDirections> layers;
  std::array<SoftmaxTensors<T>, kDirections> softmax;  // twice the same where it is shared
};

// From one span for each element of parameters_of(options). An empty span is a tensor that is not there.
template <typename T>
Tensors<T> tensors_of(const Options& options, std::span<const std::span<T>> spans);

}  // namespace wordkin::elmo
