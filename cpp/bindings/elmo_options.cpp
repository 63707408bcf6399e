#include "bindings/elmo_options.h"

#include <pybind11/stl.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

constexpr std::int64_t kMostWidth = 1 << 20;  // of any layer: products of two of them stay far below 2^63
constexpr std::int64_t kMostLayers = 64;

std::string given(const py::object& value) { return py::cast<std::string>(py::repr(value)); }

[[noreturn]] void refuse_option(const char* name, const std::string& rule, const py::object& value) {
  throw std::invalid_argument("`" + std::string(name) + "` must be " + rule + "; got " + given(value));
}

std::int64_t whole_number(const py::object& o, const char* name, std::int64_t least, std::int64_t most) {
  const py::object value = o.attr(name);
  const auto number = value.cast<std::int64_t>();
  if (number < least || number > most)
    refuse_option(name, "between " + std::to_string(least) + " and " + std::to_string(most), value);
  return number;
}

double not_negative(const py::object& o, const char* name) {
  const py::object value = o.attr(name);
  const auto number = value.cast<double>();
  if (!(number >= 0.0) || std::isinf(number)) refuse_option(name, "finite and not negative", value);
  return number;
}

template <typename Choice>
Choice choice(const py::object& o, const char* name, const std::vector<std::pair<const char*, Choice>>& choices) {
  const py::object value = o.attr(name);
  const auto text = value.cast<std::string>();
  std::string names;
  for (const auto& [known, meant] : choices) {
    if (text == known) return meant;
    names += (names.empty() ? "" : " or ") + std::string(known);
  }
  refuse_option(name, names, value);
}

std::vector<elmo::Filter> filters_from(const py::object& o, std::int64_t max_characters) {
  const py::object value = o.attr("filters");
  std::vector<elmo::Filter> filters;
  for (const auto& [width, count] : value.cast<std::vector<std::pair<std::int64_t, std::int64_t>>>()) {
    if (width < 1 || width > max_characters)
      refuse_option("filters", "no wider than `max_characters_per_token`, " + std::to_string(max_characters), value);
    if (count < 1 || count > kMostWidth) refuse_option("filters", "pairs of a width and a number of filters", value);
    filters.push_back({width, count});
  }
  return filters;
}

}  // namespace

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
  options.filters = filters_from(o, options.max_characters_per_token);
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
  options.dropout = not_negative(o, "dropout");
  if (options.dropout >= 1.0) refuse_option("dropout", "below 1", o.attr("dropout"));
  options.seed = o.attr("seed").cast<std::uint64_t>();
  options.precision = choice<linalg::Precision>(
      o, "precision", {{"float32", linalg::Precision::kFloat32}, {"bfloat16", linalg::Precision::kBfloat16}});
  return options;
}

}  // namespace wordkin::bindings
