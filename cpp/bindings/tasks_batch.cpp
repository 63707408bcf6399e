#include "bindings/tasks_batch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <string>

#include "bindings/array_views.h"
#include "bindings/elmo_windows.h"
#include "bindings/tensor_views.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

std::int64_t token_count(std::span<const std::int32_t> lengths) {
  std::int64_t sum = 0;
  for (const std::int32_t length : lengths) {
    if (length < 0) throw py::value_error("lengths must not be negative, got " + std::to_string(length));
    sum += length;
  }
  if (sum > std::numeric_limits<std::int32_t>::max())
    throw py::value_error("a batch must have fewer than 2**31 tokens, got " + std::to_string(sum));
  if (lengths.empty()) throw py::value_error("lengths must have at least one entry, got none");
  return sum;
}

// The items of an attribute that is a sequence of `count` arrays.
std::vector<py::object> items_of(const py::object& batch, const char* name, std::size_t count) {
  const py::sequence items(batch.attr(name));
  if (items.size() != count)
    throw py::value_error(std::string(name) + " must have " + std::to_string(count) + " arrays, got " +
                          std::to_string(items.size()));
  std::vector<py::object> found;
  found.reserve(count);
  for (std::size_t i = 0; i < count; ++i) found.push_back(items[i]);
  return found;
}

std::span<const std::int32_t> ids_from(const std::string& name, const py::object& array, std::int64_t tokens) {
  return tensor_view<const std::int32_t>(name, array, std::array{tokens}, Access::kRead);
}

void check_rows(const std::string& name, std::span<const std::int32_t> ids, const tasks::Table& table) {
  const std::int32_t least = table.trained ? 0 : tasks::kNoRow;
  for (const std::int32_t id : ids)
    if (id < least || id >= table.rows)
      throw py::value_error(name + " must be from " + std::to_string(least) + " to " + std::to_string(table.rows - 1) +
                            ", got " + std::to_string(id));
}

}  // namespace

HeldBatch batch_from(const tasks::Options& options, const py::object& object, std::int64_t words) {
  HeldBatch held;
  const auto hold = [&](const py::object& array) {
    held.arrays.push_back(array);
    return array;
  };
  held.batch.lengths = vector_view<const std::int32_t>("lengths", hold(object.attr("lengths")), Access::kRead);
  held.tokens = token_count(held.batch.lengths);
  if (const py::object stored = object.attr("words"); !stored.is_none()) {
    held.batch.words = ids_from("words", hold(stored), held.tokens);
    check_ids("words", *held.batch.words, words, "cached words");
    return held;
  }
  const auto tables = items_of(object, "tables", options.tables.size());
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const std::string name = "tables[" + std::to_string(i) + "]";
    held.batch.tables.push_back(ids_from(name, hold(tables[i]), held.tokens));
    check_rows(name, held.batch.tables.back(), options.tables[i]);
  }
  const auto contexts = items_of(object, "contexts", options.contexts.size());
  for (std::size_t i = 0; i < contexts.size(); ++i) {
    const std::array shape{held.tokens, options.contexts[i].n_layers, options.contexts[i].dim};
    held.batch.contexts.push_back(
        {tensor_view<const float>("contexts[" + std::to_string(i) + "]", hold(contexts[i]), shape, Access::kRead)
             .data()});
  }
  if (!tasks::has_characters(options)) return held;
  held.batch.characters =
      character_rows_from(options.max_characters, charcnn::Shape().characters, hold(object.attr("characters")));
  held.batch.types = ids_from("types", hold(object.attr("types")), held.tokens);
  check_ids("types", held.batch.types, held.batch.characters.rows, "rows of characters");
  return held;
}

tasks::Targets targets_from(const tasks::Options& options, const HeldBatch& batch, const py::object& targets,
                            const py::object& weights) {
  tasks::Targets found;
  const std::int64_t texts = batch.texts();
  if (options.task == tasks::Task::kLabels) {
    const auto labels = tensor_view<const float>("targets", targets, std::array{texts, options.outputs}, Access::kRead);
    for (const float label : labels)
      if (label != 0.0f && label != 1.0f) throw py::value_error("targets must be 0 or 1, got " + std::to_string(label));
    found.labels = {labels.data(), texts, options.outputs, options.outputs};
  } else {
    const bool is_class = options.task == tasks::Task::kClasses;
    found.ids = ids_from("targets", targets, is_class ? texts : batch.tokens);
    const std::int64_t answers = is_class ? std::max<std::int64_t>(2, options.outputs) : options.outputs;
    check_ids("targets", found.ids, answers, is_class ? "classes" : "tags");
  }
  found.weights = tensor_view<const float>("weights", weights, std::array{texts}, Access::kRead);
  for (const float weight : found.weights)
    if (!(weight >= 0.0f) || std::isinf(weight))
      throw py::value_error("weights must be finite and not negative, got " + std::to_string(weight));
  return found;
}

}  // namespace wordkin::bindings
