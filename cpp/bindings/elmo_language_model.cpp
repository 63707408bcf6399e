// Inference with a loaded language model: vectors of words and sentences, and probabilities of text.
#include "bindings/elmo_language_model.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bindings/array_views.h"
#include "bindings/compute.h"
#include "bindings/elmo_options.h"
#include "bindings/elmo_tensors.h"
#include "bindings/elmo_windows.h"
#include "bindings/interruptible_team.h"
#include "bindings/reentrancy_guard.h"
#include "bindings/tensor_views.h"
#include "elmo/evaluation.h"
#include "elmo/inference_pass.h"
#include "elmo/language_model.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

std::string shown(std::int64_t number) { return std::to_string(number); }

void require_softmax(const elmo::LanguageModel& model) {
  if (!model.has_softmax()) throw py::value_error("this model has no softmax: it cannot predict words");
}

// Immutable once constructed: any number of Python threads may call its methods at the same time. The number of worker
// threads is an argument of each call.
class LanguageModel {
 public:
  LanguageModel(const py::object& options, const py::dict& parameters, std::size_t threads, const std::string& isa,
                const std::string& precision) {
    const elmo::Options checked = elmo_options_from(options);
    const auto compute = compute_of(isa, precision);
    const bool is_int8 = compute.precision == linalg::Precision::kInt8;
    const auto tensors = read_elmo_tensors(elmo::parameters_of(checked), parameters, is_int8);
    for (const auto& item : parameters)
      if (!is_int8_tensor(item.second)) held_.push_back(py::reinterpret_borrow<py::object>(item.second));
    model_.emplace(compute, checked, elmo::tensors_of<const float>(checked, tensors),
                   is_int8 ? read_int8_layers(checked, parameters) : elmo::Int8Layers{});
    InterruptibleTeam team(threads);
    model_->prepare_loading(team.size());
    team.run([this](parallel::Team& member) { model_->load(member); });
  }

  const elmo::LanguageModel& model() const { return *model_; }

  // (types, P): vectors of words given as rows of character ids and, in models with word vectors, as their rows.
  py::array_t<float> token_vectors(const py::object& characters, std::size_t threads, const py::object& words) const {
    const charcnn::FrozenEncoder* const encoder = model_->encoder();
    if (encoder == nullptr)
      throw py::type_error("a model with token input has no character encoder: use the rows of embedding");
    const elmo::TokenTypes types = token_types_from(model_->options(), characters, words);
    const auto rows = types.characters;
    py::array_t<float> vectors({rows.rows, width()});
    const auto out = memory::MatrixView<float>{vectors.mutable_data(), rows.rows, width(), width()};
    const charcnn::WordBatch batch(rows, encoder->shape().characters, charcnn::Coverage::kAll);
    charcnn::EncodingBuffers working(encoder->shape());
    memory::RowBuffer<float> word_rows(model_->options().word_dim);
    word_rows.reserve(std::ssize(types.words));
    InterruptibleTeam team(threads);
    linalg::Scratch scratch(team.size());
    team.run([&](parallel::Team& member) {
      if (!encoder->encode(member, out, batch, working, scratch)) return;  // cancelled; then run() throws
      if (!types.words.empty()) model_->add_words(member, out, types.words, word_rows, scratch);
    });
    return vectors;
  }

  // (n_layers + 1, tokens, 2 P): the token vectors and the lowest n_layers layers of sentences that end at `ends`.
  // state: INOUT arrays (sentences, ...), or None to begin with zeros. backward_ids: the input of the backward
  // direction where it differs, because a long sentence is read in pieces and that direction begins with the last one.
  py::array_t<float> layers(const py::object& vectors, const py::object& ids, const py::object& ends,
                            std::size_t threads, std::optional<std::int64_t> n_layers, const py::object& state,
                            const py::object& backward_ids) const {
    const auto& options = model_->options();
    const auto table = matrix_view<const float>("vectors", vectors, Access::kRead);
    if (table.columns != width()) refuse("vectors", std::to_string(width()) + " columns wide", shown(table.columns));
    const elmo::SentenceBatch batch(vector_view<const std::int64_t>("ends", ends, Access::kRead));
    const auto rows_of = [&](const char* name, const py::object& given) {
      const auto rows = vector_view<const std::int32_t>(name, given, Access::kRead);
      check_ids(name, rows, table.rows, "rows of vectors");
      if (batch.tokens() != std::ssize(rows))
        throw py::value_error("the last entry of ends must be the number of " + std::string(name) + ", " +
                              shown(std::ssize(rows)) + ", got " + shown(batch.tokens()));
      return rows;
    };
    const auto forward = rows_of("ids", ids);
    const auto backward = backward_ids.is_none() ? forward : rows_of("backward_ids", backward_ids);
    const std::int64_t run = n_layers.value_or(options.n_layers);
    if (run < 0 || run > options.n_layers)
      throw py::value_error("n_layers must be between 0 and " + shown(options.n_layers) + ", got " + shown(run));

    py::array_t<float> out({run + 1, batch.tokens(), 2 * width()});
    std::vector<memory::MatrixView<float>> views;
    for (std::int64_t layer = 0; layer <= run; ++layer)
      views.push_back(
          {out.mutable_data() + layer * batch.tokens() * 2 * width(), batch.tokens(), 2 * width(), 2 * width()});
    InterruptibleTeam team(threads);
    elmo::InferencePass embedding(*model_, batch, run, team.size());
    if (!state.is_none()) assign_state(options, embedding.state(), py::cast<py::dict>(state), order_of(batch));
    if (batch.tokens() > 0)
      team.run(
          [&](parallel::Team& member) { static_cast<void>(embedding.run(member, views, table, {forward, backward})); });
    if (!state.is_none()) write_state(options, embedding.state(), py::cast<py::dict>(state), order_of(batch));
    return out;
  }

  // (rows) float64: log P of the targets given hidden vectors (rows, P) of a direction's top layer.
  py::array_t<double> log_probabilities(int direction, const py::object& hidden, const py::object& targets,
                                        std::size_t threads) const {
    const softmax::Positions positions{hidden_rows(direction, hidden),
                                       vector_view<const std::int32_t>("targets", targets, Access::kRead)};
    if (positions.count() != std::ssize(positions.targets))
      throw py::value_error("targets must have one entry for each row of hidden, " + shown(positions.count()) +
                            ", got " + shown(std::ssize(positions.targets)));
    check_ids("targets", positions.targets, model_->options().n_tokens_vocab, "words");
    py::array_t<double> logs(positions.count());
    double* const out = logs.mutable_data();
    run_scores(direction, positions, {}, threads, [&](const softmax::VocabularyScores& scores, parallel::Range rows) {
      for (std::int64_t row = rows.begin; row < rows.end; ++row) out[row] = scores.log_probability_of_target(row);
    });
    return logs;
  }

  // (rows, V) float32: log P of every word.
  py::array_t<float> distributions(int direction, const py::object& hidden, std::size_t threads) const {
    const auto rows = hidden_rows(direction, hidden);
    const std::int64_t words = model_->options().n_tokens_vocab;
    const std::vector<std::int32_t> no_targets(static_cast<std::size_t>(rows.rows));
    py::array_t<float> logs({rows.rows, words});
    run_scores(direction, {rows, no_targets}, {logs.mutable_data(), rows.rows, words, words}, threads,
               [](const softmax::VocabularyScores&, parallel::Range) {});
    return logs;
  }

  std::size_t packed_bytes() const { return model_->bytes(); }

 private:
  std::int64_t width() const { return model_->options().projection_dim; }

  memory::MatrixView<const float> hidden_rows(int direction, const py::object& hidden) const {
    require_softmax(*model_);
    if (direction < 0 || direction >= elmo::kDirections)
      throw py::value_error("direction must be 0 or 1, got " + shown(direction));
    const auto rows = matrix_view<const float>("hidden", hidden, Access::kRead);
    if (rows.columns != width()) refuse("hidden", shown(width()) + " columns wide", shown(rows.columns));
    return rows;
  }

  // Every member calls use(scores, its rows) after the pass.
  template <typename Use>
  void run_scores(int direction, const softmax::Positions& positions, memory::MatrixView<float> log_probabilities,
                  std::size_t threads, const Use& use) const {
    if (positions.count() == 0) return;
    const auto& options = model_->options();
    softmax::VocabularyScores scores(model_->softmax_compute(), options.n_tokens_vocab, options.projection_dim,
                                     positions.count(), softmax::VocabularyScores::Keep::kNothing);
    InterruptibleTeam team(threads);
    linalg::Scratch scratch(team.size());
    team.run([&](parallel::Team& member) {
      if (!scores.pass(member, positions, model_->output_layer(direction), scratch, log_probabilities)) return;
      member.barrier();
      use(scores, member.share(positions.count()));
    });
  }

  std::vector<py::object> held_;
  std::optional<elmo::LanguageModel> model_;
};

// Measures how well a model predicts text, window by window. The recurrent state is carried from window to window.
class Evaluator {
 public:
  Evaluator(const LanguageModel& model, std::size_t threads) : loaded_(model), model_(model.model()), team_(threads) {
    require_softmax(model_);
  }

  // Summed -log P of the targets that `mask` selects, for each direction. The state begins with zeros in the first
  // window, and wherever the shape of the window changes.
  py::tuple evaluate(const py::object& characters, const py::object& inputs, const py::object& targets,
                     const py::object& mask, const py::object& words) {
    const ReentrancyGuard<> guard(busy_, "this evaluator is in use by another thread");
    const auto& options = model_.options();
    const auto shape = as_array("inputs", inputs);
    if (shape.ndim() != 3 || shape.shape(1) < 1 || shape.shape(2) < 1)
      refuse("inputs", "of the shape (2, steps, batch)", shown(shape.ndim()) + " dimensions");
    const std::array<std::int64_t, 3> extents{elmo::kDirections, shape.shape(1), shape.shape(2)};
    const elmo::Window window = elmo_window_from(options, characters, words, inputs, targets, extents[1], extents[2]);
    const auto counts = tensor_view<const bool>("mask", mask, extents, Access::kRead);

    py::array_t<float> vectors;
    auto table = model_.embedding();
    if (!options.token_input) {
      vectors = loaded_.token_vectors(characters, team_.size(), words);
      table = matrix_view<const float>("vectors", vectors, Access::kRead);
    }
    if (!evaluation_ || !evaluation_->fits(extents[1], extents[2], team_.size()))
      evaluation_.emplace(model_, extents[1], extents[2], team_.size());
    std::vector<double> logs(counts.size());
    try {
      team_.run([&](parallel::Team& member) { static_cast<void>(evaluation_->run(member, logs, window, table)); });
    } catch (...) {
      evaluation_.reset();  // its state is unspecified after a cancelled run
      throw;
    }
    const std::span<const double> all(logs);
    const std::size_t half = logs.size() / 2;
    return py::make_tuple(elmo::negative_log_likelihood(all.first(half), counts.first(half)),
                          elmo::negative_log_likelihood(all.last(half), counts.last(half)));
  }

  void reset_state() {
    const ReentrancyGuard<> guard(busy_, "this evaluator is in use by another thread");
    evaluation_.reset();
  }

 private:
  const LanguageModel& loaded_;  // kept alive by Python
  const elmo::LanguageModel& model_;
  InterruptibleTeam team_;
  std::atomic_flag busy_;
  std::optional<elmo::Evaluation> evaluation_;
};

}  // namespace

void register_elmo_language_model(py::module_& m) {
  py::class_<LanguageModel>(m, "LanguageModel")
      .def(py::init<const py::object&, const py::dict&, std::size_t, const std::string&, const std::string&>(),
           py::arg("options"), py::arg("parameters"), py::kw_only(), py::arg("threads"), py::arg("isa"),
           py::arg("precision") = "float32")
      .def("token_vectors", &LanguageModel::token_vectors, py::arg("characters"), py::kw_only(), py::arg("threads"),
           py::arg("words") = py::none())
      .def("layers", &LanguageModel::layers, py::arg("vectors"), py::arg("ids"), py::arg("ends"), py::kw_only(),
           py::arg("threads"), py::arg("n_layers") = py::none(), py::arg("state") = py::none(),
           py::arg("backward_ids") = py::none())
      .def("log_probabilities", &LanguageModel::log_probabilities, py::arg("direction"), py::arg("hidden"),
           py::arg("targets"), py::kw_only(), py::arg("threads"))
      .def("distributions", &LanguageModel::distributions, py::arg("direction"), py::arg("hidden"), py::kw_only(),
           py::arg("threads"))
      .def_property_readonly("packed_bytes", &LanguageModel::packed_bytes);
  py::class_<Evaluator>(m, "Evaluator")
      .def(py::init<const LanguageModel&, std::size_t>(), py::arg("model"), py::kw_only(), py::arg("threads"),
           py::keep_alive<1, 2>())
      .def("evaluate", &Evaluator::evaluate, py::arg("characters"), py::arg("inputs"), py::arg("targets"),
           py::arg("mask"), py::kw_only(), py::arg("words") = py::none())
      .def("reset_state", &Evaluator::reset_state);
}

}  // namespace wordkin::bindings
