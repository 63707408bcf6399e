// Option dataclasses, converted to C++ structs and read back.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings/elmo_options.h"
#include "bindings/tasks_options.h"
#include "bindings/testing/registers.h"
#include "bindings/word2vec_options.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

py::tuple filter_pairs(const std::vector<charcnn::Filter>& filters) {
  py::list pairs;
  for (const auto& filter : filters) pairs.append(py::make_tuple(filter.width, filter.count));
  return py::tuple(pairs);
}

py::dict word2vec_training(const py::object& given) {
  const word2vec::Options o = word2vec_options_from(given);
  py::dict d;
  d["architecture"] = name_of_choice(o.architecture, kArchitectureNames);
  d["cbow_mean"] = o.cbow_mean;
  d["window"] = o.window;
  d["shrink_windows"] = o.shrink_windows;
  d["negative"] = o.negative;
  d["ns_exponent"] = o.ns_exponent;
  d["hierarchical_softmax"] = o.hierarchical_softmax;
  d["train_output"] = o.train_output;
  d["sample"] = o.sample;
  d["seed"] = o.seed;
  d["job_words"] = o.job_words;
  return d;
}

py::dict elmo_model(const py::object& given) {
  const elmo::Options o = elmo_options_from(given);
  py::dict d;
  d["cell"] = name_of_choice(o.cell, kCellNames);
  d["dim"] = o.dim;
  d["projection_dim"] = o.projection_dim;
  d["n_layers"] = o.n_layers;
  d["cell_clip"] = o.cell_clip;
  d["proj_clip"] = o.proj_clip;
  d["use_skip_connections"] = o.use_skip_connections;
  d["forget_bias"] = o.forget_bias;
  d["n_characters"] = o.n_characters;
  d["char_dim"] = o.char_dim;
  d["filters"] = filter_pairs(o.filters);
  d["activation"] = name_of_choice(o.activation, kActivationNames);
  d["n_highway"] = o.n_highway;
  d["max_characters_per_token"] = o.max_characters_per_token;
  d["word_dim"] = o.word_dim;
  d["n_input_words"] = o.n_input_words;
  d["token_input"] = o.token_input;
  d["n_tokens_vocab"] = o.n_tokens_vocab;
  d["shared_softmax"] = o.shared_softmax;
  return d;
}

py::dict elmo_training(const py::object& given) {
  const elmo::TrainingOptions o = elmo_training_options_from(given);
  py::dict d;
  d["batch_size"] = o.batch_size;
  d["unroll_steps"] = o.unroll_steps;
  d["sampled_softmax"] = o.sampled_softmax;
  d["negatives"] = o.negatives;
  d["optimizer"] = name_of_choice(o.optimizer, kOptimizerNames);
  d["clip_norm"] = o.clip_norm;
  d["dropout"] = o.dropout;
  d["train_word_vectors"] = o.train_words;
  d["seed"] = o.seed;
  d["precision"] = name_of_choice(o.precision, kPrecisionNames);
  return d;
}

py::dict network(const py::object& given) {
  const tasks::Options o = network_options_from(given);
  py::list tables, contexts;
  for (const auto& table : o.tables) tables.append(py::make_tuple(table.rows, table.dim, table.trained));
  for (const auto& context : o.contexts)
    contexts.append(py::make_tuple(context.n_layers, context.dim, context.layer_norm));
  py::dict d;
  d["task"] = name_of_choice(o.task, kTaskNames);
  d["outputs"] = o.outputs;
  d["tables"] = py::tuple(tables);
  d["contexts"] = py::tuple(contexts);
  d["char_dim"] = o.char_dim;
  d["filters"] = filter_pairs(o.filters);
  d["max_characters"] = o.max_characters;
  d["encoder"] =
      o.encoder == tasks::Encoding::kNone ? py::object(py::none()) : py::cast(name_of_choice(o.encoder, kEncoderNames));
  d["n_layers"] = o.n_layers;
  d["hidden_dim"] = o.hidden_dim;
  d["bidirectional"] = o.bidirectional;
  std::string pooling;
  for (const auto method : o.pooling) {
    if (!pooling.empty()) pooling += '+';
    pooling += name_of_choice(method, kPoolingNames);
  }
  d["pooling"] = pooling;
  d["attention_dim"] = o.attention_dim;
  d["dense_dim"] = o.dense_dim;
  d["crf"] = o.crf;
  d["input_dropout"] = o.input_dropout;
  d["dropout"] = o.dropout;
  d["clip_norm"] = o.clip_norm;
  d["mix_l2"] = o.mix_l2;
  d["concatenate_layers"] = o.concatenate_layers;
  d["projection_dim"] = o.projection_dim;
  d["word_dropout"] = o.word_dropout;
  d["weight_decay"] = o.weight_decay;
  d["seed"] = o.seed;
  return d;
}

}  // namespace

void register_test_options(py::module_& m) {
  auto o = m.def_submodule("options", "Option dataclasses as the core reads them, as dictionaries of their fields.");
  o.def("word2vec_training", &word2vec_training, py::arg("options"));
  o.def("elmo_model", &elmo_model, py::arg("options"));
  o.def("elmo_training", &elmo_training, py::arg("options"));
  o.def("network", &network, py::arg("options"));
}

}  // namespace wordkin::bindings
