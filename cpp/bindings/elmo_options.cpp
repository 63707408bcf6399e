#include "bindings/elmo_options.h"

#include <cstdint>
#include <stdexcept>

namespace py = pybind11;

namespace wordkin::bindings {

elmo::Options elmo_options_from(const py::object& o) {
  elmo::Options options{};
  options.cell = choice_field(o, "cell", kCellNames);
  options.dim = size_field(o, "dim");
  options.projection_dim = size_field(o, "projection_dim");
  options.n_layers = size_field(o, "n_layers");
  options.cell_clip = field<double>(o, "cell_clip");
  options.proj_clip = field<double>(o, "proj_clip");
  options.use_skip_connections = field<bool>(o, "use_skip_connections");
  options.forget_bias = field<double>(o, "forget_bias");
  options.n_characters = size_field(o, "n_characters");
  options.char_dim = size_field(o, "char_dim");
  options.max_characters_per_token = size_field(o, "max_characters_per_token");
  options.filters = filters_field(o, options.max_characters_per_token);
  options.activation = choice_field(o, "activation", kActivationNames);
  options.n_highway = size_field(o, "n_highway");
  options.word_dim = size_field(o, "word_dim");
  options.n_input_words = size_field(o, "n_input_words");
  options.token_input = field<bool>(o, "token_input");
  options.n_tokens_vocab = size_field(o, "n_tokens_vocab");
  options.shared_softmax = field<bool>(o, "shared_softmax");
  if (options.token_input && options.n_tokens_vocab == 0)
    throw std::invalid_argument("n_tokens_vocab must be positive where token_input is true, got 0");
  if (elmo::has_words(options) && (options.token_input || options.n_input_words == 0))
    throw std::invalid_argument("n_input_words must be positive and token_input false where word_dim is positive");
  return options;
}

elmo::TrainingOptions elmo_training_options_from(const py::object& o) {
  elmo::TrainingOptions options{};
  options.batch_size = size_field(o, "batch_size");
  options.unroll_steps = size_field(o, "unroll_steps");
  options.sampled_softmax = field<bool>(o, "sampled_softmax");
  options.negatives = size_field(o, "negatives");
  options.optimizer = choice_field(o, "optimizer", kOptimizerNames);
  options.clip_norm = field<double>(o, "clip_norm");
  options.dropout = field<double>(o, "dropout");
  options.train_words = field<bool>(o, "train_word_vectors");
  options.seed = field<std::uint64_t>(o, "seed");
  options.precision = choice_field(o, "precision", kTrainingPrecisionNames);
  return options;
}

}  // namespace wordkin::bindings
