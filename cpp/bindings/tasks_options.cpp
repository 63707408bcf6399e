#include "bindings/tasks_options.h"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

using Triples = std::vector<std::tuple<std::int64_t, std::int64_t, bool>>;

void require_positive(const char* name, std::int64_t first, std::int64_t second) {
  if (first < 1 || second < 1) throw std::invalid_argument(std::string(name) + " must have positive sizes");
}

std::vector<tasks::Table> tables_from(const py::object& o) {
  std::vector<tasks::Table> tables;
  for (const auto& [rows, dim, trained] : field<Triples>(o, "tables")) {
    require_positive("tables", rows, dim);
    tables.push_back({rows, dim, trained});
  }
  return tables;
}

std::vector<tasks::Context> contexts_from(const py::object& o) {
  std::vector<tasks::Context> contexts;
  for (const auto& [layers, dim, norm] : field<Triples>(o, "contexts")) {
    require_positive("contexts", layers, dim);
    contexts.push_back({layers, dim, norm});
  }
  return contexts;
}

// Names joined by "+".
std::vector<tasks::Pooling> pooling_from(const std::string& names) {
  std::vector<tasks::Pooling> pooling;
  for (std::size_t begin = 0, end = 0; end < names.size(); begin = end + 1) {
    end = std::min(names.find('+', begin), names.size());
    pooling.push_back(choice_named("pooling", names.substr(begin, end - begin), kPoolingNames));
  }
  if (pooling.empty()) throw std::invalid_argument("pooling must not be empty");
  return pooling;
}

}  // namespace

tasks::Options network_options_from(const py::object& o) {
  tasks::Options options{};
  options.task = choice_field(o, "task", kTaskNames);
  options.outputs = size_field(o, "outputs");
  options.tables = tables_from(o);
  options.contexts = contexts_from(o);
  options.char_dim = size_field(o, "char_dim");
  options.max_characters = size_field(o, "max_characters");
  options.filters = filters_field(o, options.max_characters);
  options.encoder = o.attr("encoder").is_none() ? tasks::Encoding::kNone : choice_field(o, "encoder", kEncoderNames);
  options.n_layers = size_field(o, "n_layers");
  options.hidden_dim = size_field(o, "hidden_dim");
  options.bidirectional = field<bool>(o, "bidirectional");
  options.pooling = pooling_from(field<std::string>(o, "pooling"));
  options.attention_dim = size_field(o, "attention_dim");
  options.dense_dim = size_field(o, "dense_dim");
  options.crf = field<bool>(o, "crf");
  options.input_dropout = field<double>(o, "input_dropout");
  options.dropout = field<double>(o, "dropout");
  options.clip_norm = field<double>(o, "clip_norm");
  options.mix_l2 = field<double>(o, "mix_l2");
  options.concatenate_layers = field<bool>(o, "concatenate_layers");
  options.projection_dim = size_field(o, "projection_dim");
  options.word_dropout = field<double>(o, "word_dropout");
  options.weight_decay = field<double>(o, "weight_decay");
  options.seed = field<std::uint64_t>(o, "seed");
  return options;
}

}  // namespace wordkin::bindings
