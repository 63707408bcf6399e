#include "bindings/elmo_windows.h"

#include <pybind11/numpy.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "bindings/array_views.h"
#include "bindings/tensor_views.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

// Calls visit(name, matrix) for every array of the state.
template <typename Visit>
void for_each_matrix(const elmo::Options& options, const elmo::CarriedState& state, const Visit& visit) {
  for (int direction = 0; direction < elmo::kDirections; ++direction) {
    const auto layers = state.of(direction);
    for (std::size_t layer = 0; layer < layers.size(); ++layer) {
      const std::string name = "state_" + std::to_string(direction) + "/" + std::to_string(layer);
      visit(name + "/h", layers[layer].h);
      if (options.cell == elmo::Cell::kLstm) visit(name + "/c", layers[layer].c);
    }
  }
}

}  // namespace

void check_ids(const char* name, std::span<const std::int32_t> ids, std::int64_t count, const char* of) {
  for (const std::int32_t id : ids)
    if (id < 0 || id >= count)
      throw py::value_error(std::string(name) + " must be below " + std::to_string(count) + ", the number of " + of +
                            ", got " + std::to_string(id));
}

memory::MatrixView<const std::uint16_t> character_rows_from(std::int64_t max_characters, std::int64_t n_characters,
                                                            const py::object& characters) {
  const auto rows = matrix_view<const std::uint16_t>("characters", characters, Access::kRead);
  if (rows.columns != max_characters)
    throw py::value_error("characters must have " + std::to_string(max_characters) + " columns, got " +
                          std::to_string(rows.columns));
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    const std::uint16_t greatest = *std::max_element(rows.row(row), rows.row(row) + rows.columns);
    if (greatest >= n_characters)
      throw py::value_error("characters must be below " + std::to_string(n_characters) + ", got " +
                            std::to_string(greatest) + " in row " + std::to_string(row));
  }
  return rows;
}

elmo::TokenTypes token_types_from(const elmo::Options& options, const py::object& characters, const py::object& words) {
  elmo::TokenTypes types;
  if (options.token_input) {
    if (!characters.is_none()) throw py::type_error("characters must be None for a model with token input");
  } else {
    types.characters = character_rows_from(options.max_characters_per_token, options.n_characters, characters);
  }
  if (!elmo::has_words(options)) {
    if (!words.is_none()) throw py::type_error("words must be None for a model without word vectors");
    return types;
  }
  types.words = vector_view<const std::int32_t>("words", words, Access::kRead);
  check_ids("words", types.words, options.n_input_words, "rows of word_embed");
  if (std::ssize(types.words) != types.characters.rows)
    throw py::value_error("words must have an entry for each row of characters, " +
                          std::to_string(types.characters.rows) + ", got " + std::to_string(types.words.size()));
  return types;
}

elmo::Window elmo_window_from(const elmo::Options& options, const py::object& characters, const py::object& words,
                              const py::object& inputs, const py::object& targets, std::int64_t steps,
                              std::int64_t batch) {
  const std::array<std::int64_t, 3> shape{elmo::kDirections, steps, batch};
  elmo::Window window;
  window.steps = steps;
  window.batch = batch;
  window.inputs = tensor_view<const std::int32_t>("inputs", inputs, shape, Access::kRead);
  window.targets = tensor_view<const std::int32_t>("targets", targets, shape, Access::kRead);
  window.types = token_types_from(options, characters, words);
  if (options.token_input)
    check_ids("inputs", window.inputs, options.n_tokens_vocab, "words");
  else
    check_ids("inputs", window.inputs, window.types.characters.rows, "rows of characters");
  check_ids("targets", window.targets, options.n_tokens_vocab, "words");
  return window;
}

RowOrder order_of(const elmo::SentenceBatch& batch) {
  RowOrder order;
  for (std::int64_t row = 0; row < batch.sentences(); ++row) order.push_back(batch.sentence_in(row));
  return order;
}

py::dict state_arrays(const elmo::Options& options, const elmo::CarriedState& state) {
  py::dict arrays;
  for_each_matrix(options, state, [&](const std::string& name, const memory::MatrixView<float>& matrix) {
    py::array_t<float> array({matrix.rows, matrix.columns});
    for (std::int64_t row = 0; row < matrix.rows; ++row)
      std::copy_n(matrix.row(row), matrix.columns, array.mutable_data(row, 0));
    arrays[py::str(name)] = std::move(array);
  });
  return arrays;
}

namespace {

// A matrix of the state and the array with its name.
template <typename T>
struct StatePair {
  memory::MatrixView<float> matrix;
  std::span<T> array;

  [[nodiscard]] T* array_row(std::int64_t row, const RowOrder& order) const {
    return array.data() + (order.empty() ? row : order[static_cast<std::size_t>(row)]) * matrix.columns;
  }
};

template <typename T>
std::vector<StatePair<T>> state_pairs(const elmo::Options& options, const elmo::CarriedState& state,
                                      const py::dict& arrays, Access access) {
  std::vector<StatePair<T>> pairs;
  for_each_matrix(options, state, [&](const std::string& name, const memory::MatrixView<float>& matrix) {
    if (!arrays.contains(name)) throw py::value_error("the state lacks " + name);
    const std::array<std::int64_t, 2> shape{matrix.rows, matrix.columns};
    pairs.push_back({matrix, tensor_view<T>(name, arrays[py::str(name)], shape, access)});
  });
  if (arrays.size() != pairs.size())
    throw py::value_error("the state must consist of " + std::to_string(pairs.size()) + " arrays, got " +
                          std::to_string(arrays.size()));
  return pairs;
}

}  // namespace

void assign_state(const elmo::Options& options, elmo::CarriedState& state, const py::dict& arrays,
                  const RowOrder& order) {
  for (const auto& pair : state_pairs<const float>(options, state, arrays, Access::kRead))
    for (std::int64_t row = 0; row < pair.matrix.rows; ++row)
      std::copy_n(pair.array_row(row, order), pair.matrix.columns, pair.matrix.row(row));
}

void write_state(const elmo::Options& options, const elmo::CarriedState& state, const py::dict& arrays,
                 const RowOrder& order) {
  for (const auto& pair : state_pairs<float>(options, state, arrays, Access::kWrite))
    for (std::int64_t row = 0; row < pair.matrix.rows; ++row)
      std::copy_n(pair.matrix.row(row), pair.matrix.columns, pair.array_row(row, order));
}

}  // namespace wordkin::bindings
