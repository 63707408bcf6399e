// What a language model is made of, and how it is trained. Fields and defaults are those of the Python dataclasses.
#pragma once

#include <cstdint>
#include <vector>

#include "charcnn/shape.h"
#include "linalg/compute.h"
#include "recurrent/stack_shape.h"

namespace wordkin::elmo {

using charcnn::Activation;
using charcnn::Filter;
using recurrent::Cell;

enum class Optimizer { kAdagrad, kAdam };

struct Options {
  Cell cell = Cell::kLstm;
  std::int64_t dim = 1024;
  std::int64_t projection_dim = 128;  // P, the width of token vectors and layers
  std::int64_t n_layers = 2;
  double cell_clip = 3.0;  // 0: none
  double proj_clip = 3.0;  // 0: none
  bool use_skip_connections = true;
  double forget_bias = 1.0;
  std::int64_t char_dim = 16;
  std::vector<Filter> filters = {{1, 32}, {2, 32}, {3, 64}, {4, 128}, {5, 256}, {6, 512}, {7, 1024}};
  Activation activation = Activation::kRelu;
  std::int64_t n_highway = 1;
  std::int64_t max_characters_per_token = 50;
  bool token_input = false;         // words are ids into `embedding`; nothing is made of characters
  std::int64_t n_tokens_vocab = 0;  // words of the softmax; 0: the model has none
  bool shared_softmax = true;       // by the two directions
};

struct TrainingOptions {
  std::int64_t batch_size = 128;
  std::int64_t unroll_steps = 20;
  bool sampled_softmax = true;
  std::int64_t negatives = 8192;  // drawn once a step and direction
  Optimizer optimizer = Optimizer::kAdagrad;
  double clip_norm = 10.0;  // of all gradients together; 0: none
  double dropout = 0.1;
  std::uint64_t seed = 1;
  linalg::Precision precision = linalg::Precision::kFloat32;
};

}  // namespace wordkin::elmo
