// Every tensor of a classifier or tagger in one list: what Python allocates, what gradients, clipping, the optimiser
// and files go through.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "charcnn/tensors.h"
#include "heads/attention_pooling.h"
#include "heads/crf.h"
#include "heads/dense.h"
#include "heads/scalar_mix.h"
#include "memory/matrix_view.h"
#include "recurrent/tensors.h"
#include "tasks/options.h"

namespace wordkin::tasks {

inline constexpr int kDirections = 2;  // 0 reads forward, 1 backward

struct Parameter {
  std::string name;
  std::vector<std::int64_t> shape;
  bool is_table = false;  // a step has gradients for the rows that it reads alone

  [[nodiscard]] std::int64_t size() const;
};

std::vector<Parameter> parameters_of(const Options& options);

// The tensors as the layers take them; empty where the options have no such layer. T is const float for weights that
// are read, float for gradients.
template <typename T>
struct Tensors {
  std::vector<memory::MatrixView<T>> tables;  // one for each; empty where it is not trained
  std::vector<heads::MixTensors<T>> contexts;
  charcnn::EncoderTensors<T> characters;
  std::array<std::vector<recurrent::LayerTensors<T>>, kDirections> layers;
  heads::AttentionTensors<T> attention;
  heads::DenseTensors<T> dense;
  heads::DenseTensors<T> output;
  heads::CrfTensors<T> crf;
};

// From one span for each element of parameters_of(options). An empty span is a tensor that is not there.
template <typename T>
Tensors<T> tensors_of(const Options& options, std::span<const std::span<T>> spans);

}  // namespace wordkin::tasks
