#include "bindings/tasks_options.h"

#include <pybind11/stl.h>

#include <cstdint>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "bindings/option_fields.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

constexpr std::int64_t kMostRows = std::numeric_limits<std::int32_t>::max();

std::vector<tasks::Table> tables_from(const py::object& o) {
  const py::object value = o.attr("tables");
  std::vector<tasks::Table> tables;
  for (const auto& [rows, dim, trained] : value.cast<std::vector<std::tuple<std::int64_t, std::int64_t, bool>>>()) {
    if (rows < 1 || rows > kMostRows || dim < 1 || dim > kMostWidth)
      refuse_option("tables", "of positive rows and dimensions", value);
    tables.push_back({rows, dim, trained});
  }
  return tables;
}

std::vector<tasks::Context> contexts_from(const py::object& o) {
  const py::object value = o.attr("contexts");
  std::vector<tasks::Context> contexts;
  for (const auto& [layers, dim, norm] : value.cast<std::vector<std::tuple<std::int64_t, std::int64_t, bool>>>()) {
    if (layers < 1 || layers > kMostLayers || dim < 1 || dim > kMostWidth)
      refuse_option("contexts", "of positive layers and dimensions", value);
    contexts.push_back({layers, dim, norm});
  }
  return contexts;
}

tasks::Encoding encoder_from(const py::object& o) {
  if (o.attr("encoder").is_none()) return tasks::Encoding::kNone;
  return choice<tasks::Encoding>(o, "encoder", {{"lstm", tasks::Encoding::kLstm}, {"rnn", tasks::Encoding::kRnn}});
}

}  // namespace

tasks::Options network_options_from(const py::object& o) {
  tasks::Options options;
  options.task = choice<tasks::Task>(
      o, "task", {{"classes", tasks::Task::kClasses}, {"labels", tasks::Task::kLabels}, {"tags", tasks::Task::kTags}});
  options.outputs = whole_number(o, "outputs", 1, kMostWidth);
  options.tables = tables_from(o);
  options.contexts = contexts_from(o);
  options.char_dim = whole_number(o, "char_dim", 0, kMostWidth);
  options.max_characters = whole_number(o, "max_characters", 1, std::numeric_limits<std::uint16_t>::max());
  options.filters = filters_from(o, "max_characters", options.max_characters);
  options.encoder = encoder_from(o);
  options.n_layers = whole_number(o, "n_layers", 1, kMostLayers);
  options.hidden_dim = whole_number(o, "hidden_dim", 1, kMostWidth);
  options.bidirectional = o.attr("bidirectional").cast<bool>();
  options.pooling = choice<tasks::Pooling>(o, "pooling",
                                           {{"attention", tasks::Pooling::kAttention},
                                            {"mean", tasks::Pooling::kMean},
                                            {"max", tasks::Pooling::kMax},
                                            {"last", tasks::Pooling::kLast}});
  options.attention_dim = whole_number(o, "attention_dim", 1, kMostWidth);
  options.dense_dim = whole_number(o, "dense_dim", 0, kMostWidth);
  options.crf = o.attr("crf").cast<bool>();
  options.input_dropout = dropout_rate(o, "input_dropout");
  options.dropout = dropout_rate(o, "dropout");
  options.clip_norm = not_negative(o, "clip_norm");
  options.mix_l2 = not_negative(o, "mix_l2");
  options.seed = o.attr("seed").cast<std::uint64_t>();
  if (tasks::has_characters(options) && options.filters.empty())
    refuse_option("filters", "at least one where `char_dim` is positive", o.attr("filters"));
  if (tasks::feature_columns(options) == 0)
    refuse_option("tables", "given, or `contexts` or `char_dim`: tokens need features", o.attr("tables"));
  return options;
}

}  // namespace wordkin::bindings
