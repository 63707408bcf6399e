// The architecture of a classifier or tagger, and how it is trained. The fields are those of the Python dataclass,
// which alone defines defaults and ranges.
#pragma once

#include <cstdint>
#include <vector>

#include "charcnn/shape.h"

namespace wordkin::tasks {

// kClasses: one class out of two (one output) or more (one output per class). kLabels: any subset of the labels. kTags:
// one tag per token.
enum class Task { kClasses, kLabels, kTags };
enum class Encoding { kNone, kLstm, kRnn };
enum class Pooling { kAttention, kMean, kMax, kLast };

// A table of token vectors: a parameter if it is trained, otherwise an array passed to the network.
struct Table {
  std::int64_t rows;
  std::int64_t dim;
  bool trained;
};

// Layers of vectors passed with every batch, combined by a learned scalar mix.
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
  std::int64_t char_dim;  // 0: no character features
  std::vector<charcnn::Filter> filters;
  std::int64_t max_characters;
  Encoding encoder;
  std::int64_t n_layers;
  std::int64_t hidden_dim;  // per direction
  bool bidirectional;
  std::vector<Pooling> pooling;  // distinct; their results are concatenated
  std::int64_t attention_dim;
  std::int64_t dense_dim;  // 0: no tanh layer before the outputs
  bool crf;
  double input_dropout;         // for the token features
  double dropout;               // between layers, after the encoder, and for the pooled vector and the tanh layer
  double clip_norm;             // global gradient-clipping norm; 0: no clipping
  double mix_l2;                // L2 penalty of the layer weights
  bool concatenate_layers;      // of each context, instead of their weighted sum
  std::int64_t projection_dim;  // of a linear layer after the mix of each context; 0: none
  double word_dropout;          // for whole tokens: all their features are zero
  double weight_decay;          // factor of the decay of weight matrices, times the learning rate; 0: none
  std::uint64_t seed;
};

// Derived widths: of the features of a context, of all token features, of the encoder's output, of the vector of a
// text, and of the input of the output layer.
std::int64_t mixed_columns(const Options& options, const Context& context);  // before the projection
std::int64_t context_columns(const Options& options, const Context& context);
std::int64_t feature_columns(const Options& options);
std::int64_t encoded_columns(const Options& options);
std::int64_t pooled_columns(const Options& options);
std::int64_t output_input_columns(const Options& options);

int directions_of(const Options& options);  // of the encoder; 0 without an encoder
charcnn::Shape character_shape(const Options& options);

inline bool has_characters(const Options& options) { return options.char_dim > 0; }
inline bool pools(const Options& options) { return options.task != Task::kTags; }
bool attends(const Options& options);
inline bool has_crf(const Options& options) { return options.task == Task::kTags && options.crf; }

}  // namespace wordkin::tasks
