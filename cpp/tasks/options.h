// The architecture of a classifier or tagger, and how it is trained. The fields are those of the Python dataclass,
// which alone defines defaults and ranges.
#pragma once

#include <cstdint>
#include <vector>

#include "charcnn/shape.h"

namespace wordkin::tasks {

// kClasses: one class of two (one output) or more (an output each). kLabels: any number of them. kTags: a tag a token.
enum class Task { kClasses, kLabels, kTags };
enum class Encoding { kNone, kLstm, kRnn };
enum class Pooling { kAttention, kMean, kMax, kLast };

// Rows that tokens are looked up in: parameters where they are trained, otherwise arrays given with the network.
struct Table {
  std::int64_t rows;
  std::int64_t dim;
  bool trained;
};

// Layers of vectors given with every batch, of which a learned sum is taken.
struct Context {
  std::int64_t n_layers;
  std::int64_t dim;
  bool layer_norm;
};

struct Options {
  Task task;
  std::int64_t outputs;
  std::vector<Table> tables;
  std::vector<Context> contexts;
  std::int64_t char_dim;  // 0: nothing is made of characters
  std::vector<charcnn::Filter> filters;
  std::int64_t max_characters;
  Encoding encoder;
  std::int64_t n_layers;
  std::int64_t hidden_dim;  // of each direction
  bool bidirectional;
  Pooling pooling;
  std::int64_t attention_dim;
  std::int64_t dense_dim;  // 0: no tanh layer before the outputs
  bool crf;
  double input_dropout;  // of the token features
  double dropout;        // between layers, of what the encoder gives, of the pooled vector and the tanh layer
  double clip_norm;      // of all gradients together; 0: none
  double mix_l2;         // of the weights of layers
  std::uint64_t seed;
};

// Widths that follow: of a token's features, of what the encoder gives, and of what the outputs are computed from.
std::int64_t feature_columns(const Options& options);
std::int64_t encoded_columns(const Options& options);
std::int64_t output_input_columns(const Options& options);

int directions_of(const Options& options);  // of the encoder; 0 where there is none
charcnn::Shape character_shape(const Options& options);

inline bool has_characters(const Options& options) { return options.char_dim > 0; }
inline bool pools(const Options& options) { return options.task != Task::kTags; }
inline bool attends(const Options& options) { return pools(options) && options.pooling == Pooling::kAttention; }
inline bool has_crf(const Options& options) { return options.task == Task::kTags && options.crf; }

}  // namespace wordkin::tasks
