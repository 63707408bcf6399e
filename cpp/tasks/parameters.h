// The list of all tensors of a classifier or tagger. Allocation in Python, gradients, clipping, the optimizer and files
// all follow this list.
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
  bool is_table = false;  // a step has gradients only for the rows that it reads

  [[nodiscard]] std::int64_t size() const;
};

std::vector<Parameter> parameters_of(const Options& options);

// The tensors in the structure of the layers; empty if the options have no such layer. T is const float for weights
// that are only read, float for gradients.
template <typename T>
struct Tensors {
  std::vector<memory::MatrixView<T>> tables;  // one per table; empty if it is not trained
  std::vector<heads::MixTensors<T>> contexts;
  std::vector<heads::DenseTensors<T>> projections;  // one per context, or none
  charcnn::EncoderTensors<T> characters;
  std::array<std::vector<recurrent::LayerTensors<T>>, kDirections> layers;
  heads::AttentionTensors<T> attention;
  heads::DenseTensors<T> dense;
  heads::DenseTensors<T> output;
  heads::CrfTensors<T> crf;
};

// Takes one span for each element of parameters_of(options). An empty span stands for a missing tensor.
template <typename T>
Tensors<T> tensors_of(const Options& options, std::span<const std::span<T>> spans);

}  // namespace wordkin::tasks
