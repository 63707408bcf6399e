#include "bindings/elmo_options.h"

#include <cstdint>
#include <limits>

#include "bindings/option_fields.h"

namespace py = pybind11;

namespace wordkin::bindings {

elmo::Options elmo_options_from(const py::object& o) {
  elmo::Options options;
  options.cell = choice<elmo::Cell>(o, "cell", {{"lstm", elmo::Cell::kLstm}, {"rnn", elmo::Cell::kRnn}});
  options.dim = whole_number(o, "dim", 1, kMostWidth);
  options.projection_dim = whole_number(o, "projection_dim", 1, options.dim);
  options.n_layers = whole_number(o, "n_layers", 1, kMostLayers);
  options.cell_clip = not_negative(o, "cell_clip");
  options.proj_clip = not_negative(o, "proj_clip");
  options.use_skip_connections = o.attr("use_skip_connections").cast<bool>();
  options.forget_bias = o.attr("forget_bias").cast<double>();
  options.char_dim = whole_number(o, "char_dim", 1, kMostWidth);
  options.max_characters_per_token = whole_number(o, "max_characters_per_token", 1, kMostWidth);
  options.filters = filters_from(o, "max_characters_per_token", options.max_characters_per_token);
  options.activation =
      choice<elmo::Activation>(o, "activation", {{"relu", elmo::Activation::kRelu}, {"tanh", elmo::Activation::kTanh}});
  options.n_highway = whole_number(o, "n_highway", 0, kMostLayers);
  options.token_input = o.attr("token_input").cast<bool>();
  options.n_tokens_vocab = whole_number(o, "n_tokens_vocab", 0, std::numeric_limits<std::int32_t>::max());
  options.shared_softmax = o.attr("shared_softmax").cast<bool>();
  if (!options.token_input && options.filters.empty())
    refuse_option("filters", "at least one, unless `token_input` is true", o.attr("filters"));
  if (options.token_input && options.n_tokens_vocab == 0)
    refuse_option("n_tokens_vocab", "positive where `token_input` is true", o.attr("n_tokens_vocab"));
  return options;
}

elmo::TrainingOptions elmo_training_options_from(const py::object& o) {
  elmo::TrainingOptions options;
  options.batch_size = whole_number(o, "batch_size", 1, kMostWidth);
  options.unroll_steps = whole_number(o, "unroll_steps", 1, kMostWidth);
  options.sampled_softmax = o.attr("sampled_softmax").cast<bool>();
  options.negatives = whole_number(o, "negatives", 1, std::numeric_limits<std::int32_t>::max());
  options.optimizer = choice<elmo::Optimizer>(
      o, "optimizer", {{"adagrad", elmo::Optimizer::kAdagrad}, {"adam", elmo::Optimizer::kAdam}});
  options.clip_norm = not_negative(o, "clip_norm");
  options.dropout = dropout_rate(o, "dropout");
  options.seed = o.attr("seed").cast<std::uint64_t>();
  options.precision = choice<linalg::Precision>(
      o, "precision", {{"float32", linalg::Precision::kFloat32}, {"bfloat16", linalg::Precision::kBfloat16}});
  return options;
}

}  // namespace wordkin::bindings
