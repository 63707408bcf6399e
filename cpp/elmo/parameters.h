// The list of all tensors of a language model with their names in the original files. Allocation in Python, gradients,
// clipping, optimizers and checkpoints all follow this list.
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
  // The rows are words of the vocabulary: a step that uses few of them has a gradient for these rows only.
  bool rows_are_words = false;

  [[nodiscard]] std::int64_t size() const;
};

std::vector<Parameter> parameters_of(const Options& options);

// The tensors in the structure of the layers. T is const float for weights that are only read, float for weights that
// are updated and for gradients.
template <typename T>
struct SoftmaxTensors {
  memory::MatrixView<T> weights;  // (V, P)
  std::span<T> bias;              // (V)
};

using Int8Layers = std::array<std::vector<recurrent::Int8Layer>, kDirections>;

template <typename T>
struct WordTensors {
  memory::MatrixView<T> vectors;     // word_embed (input words, word_dim); empty without word vectors
  memory::MatrixView<T> projection;  // CNN_proj/W_word (word_dim, P)
};

template <typename T>
struct Tensors {
  memory::MatrixView<T> embedding;  // (V, P); empty if words are read as characters
  charcnn::EncoderTensors<T> characters;
  WordTensors<T> words;
  std::array<std::vector<recurrent::LayerTensors<T>>, kDirections> layers;
  std::array<SoftmaxTensors<T>, kDirections> softmax;  // both elements are equal if it is shared
};

// Takes one span for each element of parameters_of(options). An empty span stands for a missing tensor.
template <typename T>
Tensors<T> tensors_of(const Options& options, std::span<const std::span<T>> spans);

}  // namespace wordkin::elmo
