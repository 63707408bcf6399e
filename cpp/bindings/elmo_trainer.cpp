// Training of a language model, step by step.
#include "bindings/elmo_trainer.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bindings/array_views.h"
#include "bindings/compute.h"
#include "bindings/elmo_options.h"
#include "bindings/elmo_windows.h"
#include "bindings/gil.h"
#include "bindings/interruption.h"
#include "bindings/reentrancy_guard.h"
#include "bindings/tensor_views.h"
#include "elmo/trainer.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

using Update = elmo::TrainingStep::Update;

optim::OptimizerState optimizer_state_of(const elmo::Parameter& parameter, const py::object& arrays,
                                         elmo::Optimizer optimizer) {
  const std::string name = "accumulators[" + parameter.name + "]";
  if (optimizer == elmo::Optimizer::kAdagrad)
    return {tensor_view<float>(name, arrays, parameter.shape, Access::kWrite), {}};
  if (!py::isinstance<py::tuple>(arrays) || py::len(arrays) != 2)
    refuse(name.c_str(), "a tuple of Adam's two moments", type_name(arrays));
  const auto moments = py::cast<py::tuple>(arrays);
  return {tensor_view<float>(name + "[0]", moments[0], parameter.shape, Access::kWrite),
          tensor_view<float>(name + "[1]", moments[1], parameter.shape, Access::kWrite)};
}

elmo::TrainingArrays trained_arrays(const std::vector<elmo::Parameter>& list, elmo::Optimizer optimizer,
                                    const py::dict& parameters, const py::dict& accumulators) {
  elmo::TrainingArrays arrays;
  for (const auto& parameter : list) {
    arrays.weights.push_back(tensor_view<float>("parameters[" + parameter.name + "]",
                                                required_entry("parameters", parameters, parameter.name),
                                                parameter.shape, Access::kWrite));
    arrays.optimizer_state.push_back(
        optimizer_state_of(parameter, required_entry("accumulators", accumulators, parameter.name), optimizer));
  }
  require_entries("parameters", parameters, list.size());
  require_entries("accumulators", accumulators, list.size());
  return arrays;
}

constexpr const char* kTrainerBusy = "this trainer is in use by another thread";

// A trainer, and the Python arrays that it changes.
class TrainerSession {
 public:
  TrainerSession(const py::object& options, const py::object& training, py::dict parameters, py::dict accumulators,
                 std::size_t threads, const std::string& isa, int rank)
      : options_(elmo_options_from(options)),
        training_(elmo_training_options_from(training)),
        list_(elmo::parameters_of(options_)),
        parameters_(std::move(parameters)),
        accumulators_(std::move(accumulators)) {
    if (options_.n_tokens_vocab < 1)
      throw std::invalid_argument("n_tokens_vocab must be positive, since training predicts words, got 0");
    const auto arrays = trained_arrays(list_, training_.optimizer, parameters_, accumulators_);
    for (const auto& dictionary : {parameters_, accumulators_})  // the dictionaries themselves may change
      for (const auto& item : dictionary) held_.push_back(py::reinterpret_borrow<py::object>(item.second));
    trainer_ = std::make_shared<elmo::Trainer>(options_, training_, kernels_named(isa), arrays, threads, rank);
  }
  ~TrainerSession() { close(); }  // NOLINT(bugprone-exception-escape): joining threads does not throw

  py::dict step(const py::object& characters, const py::object& inputs, const py::object& targets,
                const py::object& words, double learning_rate, std::int64_t number) {
    if (!(learning_rate >= 0.0) || std::isinf(learning_rate))
      throw std::invalid_argument("learning_rate must be finite and not negative, got " +
                                  std::to_string(learning_rate));
    const ReentrancyGuard<> guard(busy_, kTrainerBusy);
    return outcome_of(*run(characters, words, inputs, targets, learning_rate, number, Update::kYes));
  }

  // The first part of a step: the gradients, which combined() then applies.
  py::dict backward(const py::object& characters, const py::object& inputs, const py::object& targets,
                    const py::object& words, std::int64_t number) {
    const ReentrancyGuard<> guard(busy_, kTrainerBusy);
    return outcome_of(*run(characters, words, inputs, targets, 0.0, number, Update::kNo));
  }

  // The memory of all dense gradients; the array keeps the trainer alive.
  py::array_t<float> dense_gradients() {
    auto trainer = running();
    const std::span<float> all = trainer->step().dense_gradients();
    const py::capsule owner(new std::shared_ptr<elmo::Trainer>(std::move(trainer)), [](void* pointer) {
      delete static_cast<std::shared_ptr<elmo::Trainer>*>(pointer);  // NOLINT(cppcoreguidelines-owning-memory)
    });
    return py::array_t<float>(static_cast<py::ssize_t>(all.size()), all.data(), owner);
  }

  // For each parameter with row gradients: ids in ascending order, rows, and biases or None.
  py::list row_gradients() {
    const ReentrancyGuard<> guard(busy_, kTrainerBusy);
    const auto trainer = running();
    py::list found;
    for (const std::size_t parameter : trainer->step().sparse_parameters())
      found.append(copied_rows(trainer->step().row_gradients(parameter)));
    return found;
  }

  // The second part of a step: clips the dense gradients and these row gradients, and updates.
  py::dict update(const py::list& rows, double learning_rate) {
    const ReentrancyGuard<> guard(busy_, kTrainerBusy);
    const auto trainer = running();
    trainer->start_update(given_rows(rows, trainer->step().sparse_parameters()), learning_rate);
    wait_for(*trainer);
    return outcome_of(*trainer);
  }

  py::dict gradients(const py::object& characters, const py::object& inputs, const py::object& targets,
                     const py::object& words, std::int64_t number) {
    const ReentrancyGuard<> guard(busy_, kTrainerBusy);
    const auto trainer = run(characters, words, inputs, targets, 0.0, number, Update::kNo);
    py::dict d;
    for (std::size_t i = 0; i < list_.size(); ++i) {
      py::array_t<float> gradient(list_[i].shape);
      trainer->step().copy_gradient({gradient.mutable_data(), static_cast<std::size_t>(gradient.size())}, i);
      d[py::str(list_[i].name)] = std::move(gradient);
    }
    return d;
  }

  py::dict state() {
    const ReentrancyGuard<> guard(busy_, kTrainerBusy);
    return state_arrays(options_, running()->step().state());
  }
  void set_state(const py::dict& arrays) {
    const ReentrancyGuard<> guard(busy_, kTrainerBusy);
    assign_state(options_, running()->step().state(), arrays);
  }
  void reset_state(const std::vector<std::int64_t>& streams) {
    const ReentrancyGuard<> guard(busy_, kTrainerBusy);
    for (const std::int64_t stream : streams) {
      if (stream < 0 || stream >= training_.batch_size)
        throw std::invalid_argument("streams must be rows of the batch, from 0 to " +
                                    std::to_string(training_.batch_size - 1) + ", got " + std::to_string(stream));
      running()->step().state().clear_row(stream);
    }
  }

  // The random numbers of the last step, for tests: for each direction the negative words and the number of tries
  // needed to draw them, and the dropout factors of every layer's input and of the last output.
  py::dict draws() {
    const ReentrancyGuard<> guard(busy_, kTrainerBusy);
    auto& step = running()->step();
    py::list negatives, tries, factors;
    for (auto& sampled : step.sampled()) {
      py::array_t<std::int32_t> ids(static_cast<py::ssize_t>(training_.negatives));
      softmax::IdSet drawn = copy_of(sampled.negatives());
      drawn.list(ids.mutable_data());
      negatives.append(std::move(ids));
      tries.append(sampled.tries());
    }
    for (int direction = 0; direction < elmo::kDirections; ++direction) {
      py::list layers;
      for (std::int64_t layer = 0; layer <= options_.n_layers; ++layer)
        layers.append(dropout_factors(step.dropout(direction), layer));
      factors.append(std::move(layers));
    }
    py::dict d;
    d["negatives"] = std::move(negatives);
    d["tries"] = std::move(tries);
    d["factors"] = std::move(factors);
    return d;
  }

  // The seconds of the parts of the last step, for measurements.
  py::dict part_seconds() {
    const ReentrancyGuard<> guard(busy_, kTrainerBusy);
    constexpr std::array<const char*, elmo::kStepParts> kNames{
        "packing",          "token layer, forward",  "layers, forward", "softmax",
        "layers, backward", "token layer, backward", "update"};
    const auto& seconds = running()->step().outcome().seconds;
    py::dict d;
    for (std::size_t part = 0; part < kNames.size(); ++part) d[kNames[part]] = seconds[part];
    return d;
  }

  std::size_t threads() { return running()->threads(); }
  std::int64_t updates() { return running()->step().updates(); }

  // Joins the threads. A step that another Python thread is running is cancelled.
  void close() {
    auto trainer = std::move(trainer_);
    const GilRelease release;  // joins threads; none of them needs Python
    if (trainer) trainer->cancel();
    trainer.reset();
  }

 private:
  // Shared for the duration of a call, so that no other thread closes the trainer during it.
  std::shared_ptr<elmo::Trainer> running() const {
    if (!trainer_) throw std::runtime_error("this trainer is closed");
    return trainer_;
  }

  std::shared_ptr<elmo::Trainer> run(const py::object& characters, const py::object& words, const py::object& inputs,
                                     const py::object& targets, double learning_rate, std::int64_t number,
                                     Update update) {
    if (number < 1) throw std::invalid_argument("step must be positive, got " + std::to_string(number));
    auto trainer = running();
    const elmo::Window window =
        elmo_window_from(options_, characters, words, inputs, targets, training_.unroll_steps, training_.batch_size);
    trainer->start(window, learning_rate, number, update);
    wait_for(*trainer);
    return trainer;
  }

  static void wait_for(elmo::Trainer& trainer) {
    try {
      wait_interruptibly([&](double seconds) { return trainer.wait(seconds); });
    } catch (...) {
      const GilRelease release;  // waits for threads that do not need Python
      trainer.cancel();
      throw;
    }
    if (!trainer.step().outcome().completed) throw std::runtime_error("the trainer was closed during the step");
  }

  static py::dict outcome_of(elmo::Trainer& trainer) {
    const auto& outcome = trainer.step().outcome();
    py::dict d;
    d["loss_forward"] = outcome.losses[0];
    d["loss_backward"] = outcome.losses[1];
    d["gradient_norm"] = outcome.gradient_norm;
    d["clipped"] = outcome.clipped;
    d["finite"] = outcome.finite;
    return d;
  }

  static py::tuple copied_rows(const std::vector<const optim::RowGradients*>& parts) {
    struct Row {
      const optim::RowGradients* part;
      std::int64_t index;
      [[nodiscard]] std::int32_t id() const { return part->ids()[index]; }
    };
    std::vector<Row> rows;
    for (const optim::RowGradients* const part : parts)
      for (std::int64_t index = 0; index < part->count(); ++index)
        if (part->ids()[index] != optim::RowGradients::kMerged) rows.push_back({part, index});
    std::ranges::sort(rows, {}, &Row::id);
    const std::int64_t count = std::ssize(rows), columns = parts[0]->columns();
    const bool has_bias = parts[0]->has_bias();
    py::array_t<std::int32_t> ids(count);
    py::array_t<float> values({count, columns}), bias(has_bias ? count : 0);
    for (std::int64_t i = 0; i < count; ++i) {
      const auto& row = rows[static_cast<std::size_t>(i)];
      ids.mutable_data()[i] = row.id();
      std::copy_n(row.part->row(row.index), columns, values.mutable_data() + i * columns);
      if (has_bias) bias.mutable_data()[i] = row.part->bias()[row.index];
    }
    return py::make_tuple(ids, values, has_bias ? py::object(bias) : py::none());
  }

  [[nodiscard]] std::vector<optim::RowGradients> given_rows(const py::list& rows,
                                                            const std::vector<std::size_t>& parameters) const {
    if (rows.size() != parameters.size())
      throw py::value_error("rows must have " + std::to_string(parameters.size()) + " elements, got " +
                            std::to_string(rows.size()));
    std::vector<optim::RowGradients> found;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const auto& shape = list_[parameters[i]].shape;
      const bool has_bias = list_[parameters[i]].part == elmo::Part::kSoftmax;
      const auto given = py::cast<py::tuple>(rows[i]);
      const auto ids = py::cast<py::array_t<std::int32_t, py::array::c_style>>(given[0]);
      const std::int64_t count = ids.size(), columns = shape[1];
      auto& gradient = found.emplace_back(count, columns, has_bias);
      gradient.set_count(count);
      std::copy_n(ids.data(), count, gradient.ids());
      for (std::int64_t row = 0; row < count; ++row)
        if (ids.data()[row] < 0 || ids.data()[row] >= shape[0]) throw py::value_error("rows must be words");
      std::ranges::copy(tensor_view<const float>("rows", given[1], std::vector{count, columns}, Access::kRead),
                        gradient.row(0));
      if (has_bias)
        std::ranges::copy(tensor_view<const float>("bias", given[2], std::vector{count}, Access::kRead),
                          gradient.bias());
    }
    return found;
  }

  py::array_t<float> dropout_factors(const recurrent::Dropout& dropout, std::int64_t layer) const {
    const std::int64_t rows = training_.unroll_steps * training_.batch_size, columns = options_.projection_dim;
    py::array_t<float> factors({training_.unroll_steps, training_.batch_size, columns});
    std::fill_n(factors.mutable_data(), factors.size(), 1.0f);
    recurrent::drop({factors.mutable_data(), rows, columns, columns}, 0, dropout, layer);
    return factors;
  }

  softmax::IdSet copy_of(const softmax::IdSet& ids) const {
    softmax::IdSet copy(options_.n_tokens_vocab);
    copy.assign(ids);
    return copy;
  }

  elmo::Options options_;
  elmo::TrainingOptions training_;
  std::vector<elmo::Parameter> list_;
  py::dict parameters_, accumulators_;
  std::vector<py::object> held_;
  std::atomic_flag busy_;
  std::shared_ptr<elmo::Trainer> trainer_;
};

}  // namespace

void register_elmo_trainer(py::module_& m) {
  py::class_<TrainerSession>(m, "Trainer")
      .def(py::init<const py::object&, const py::object&, py::dict, py::dict, std::size_t, const std::string&, int>(),
           py::arg("options"), py::arg("training_options"), py::arg("parameters"), py::arg("accumulators"),
           py::kw_only(), py::arg("threads"), py::arg("isa"), py::arg("rank") = 0)
      .def("step", &TrainerSession::step, py::arg("characters"), py::arg("inputs"), py::arg("targets"), py::kw_only(),
           py::arg("words") = py::none(), py::arg("learning_rate"), py::arg("step"))
      .def("gradients", &TrainerSession::gradients, py::arg("characters"), py::arg("inputs"), py::arg("targets"),
           py::kw_only(), py::arg("words") = py::none(), py::arg("step"))
      .def("backward", &TrainerSession::backward, py::arg("characters"), py::arg("inputs"), py::arg("targets"),
           py::kw_only(), py::arg("words") = py::none(), py::arg("step"))
      .def("dense_gradients", &TrainerSession::dense_gradients)
      .def("row_gradients", &TrainerSession::row_gradients)
      .def("update", &TrainerSession::update, py::arg("rows"), py::kw_only(), py::arg("learning_rate"))
      .def("draws", &TrainerSession::draws)
      .def("reset_state", &TrainerSession::reset_state, py::arg("streams"))
      .def("close", &TrainerSession::close)
      .def_property("state", &TrainerSession::state, &TrainerSession::set_state)
      .def_property_readonly("part_seconds", &TrainerSession::part_seconds)
      .def_property_readonly("updates", &TrainerSession::updates)
      .def_property_readonly("threads", &TrainerSession::threads);
}

}  // namespace wordkin::bindings
