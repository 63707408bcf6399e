// The architecture of a language model, and how it is trained. The fields are those of the Python dataclasses, which
// alone define defaults and ranges.
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
  Cell cell;
  std::int64_t dim;
  std::int64_t projection_dim;  // P, the dimensionality of token vectors and layers
  std::int64_t n_layers;
  double cell_clip;  // 0: none
  double proj_clip;  // 0: none
  bool use_skip_connections;
  double forget_bias;
  std::int64_t n_characters;  // rows of the character embedding
  std::int64_t char_dim;
  std::vector<Filter> filters;
  Activation activation;
  std::int64_t n_highway;
  std::int64_t max_characters_per_token;
  std::int64_t word_dim;        // columns of word vectors beside the characters; 0: none
  std::int64_t n_input_words;   // their rows
  bool token_input;             // words are ids into `embedding` instead of characters
  std::int64_t n_tokens_vocab;  // vocabulary size of the softmax; 0: no softmax
  bool shared_softmax;          // both directions use the same softmax
};

inline bool has_words(const Options& options) { return options.word_dim > 0; }

struct TrainingOptions {
  std::int64_t batch_size;
  std::int64_t unroll_steps;
  bool sampled_softmax;
  std::int64_t negatives;  // negative samples per step and direction
  Optimizer optimizer;
  double clip_norm;  // global gradient-clipping norm; 0: no clipping
  double dropout;
  bool train_words;  // whether word vectors beside the characters are updated
  std::uint64_t seed;
  linalg::Precision precision;
};

}  // namespace wordkin::elmo
