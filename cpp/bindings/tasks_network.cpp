#include "bindings/tasks_network.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bindings/array_views.h"
#include "bindings/compute.h"
#include "bindings/gil.h"
#include "bindings/interruptible_team.h"
#include "bindings/reentrancy_guard.h"
#include "bindings/tasks_batch.h"
#include "bindings/tasks_options.h"
#include "bindings/tensor_views.h"
#include "recurrent/dropout.h"
#include "tasks/network.h"
#include "tasks/packed_weights.h"
#include "tasks/parameters.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

using tasks::RequestKind;

// Batches with few tokens are computed by the calling thread if there is to be only one: starting another thread and
// waiting for it would take longer, and it is soon done, whether or not it is interrupted.
constexpr std::int64_t kTokensAlone = 256;

constexpr const char* kNetworkBusy = "this network is in use by another thread";

optim::OptimizerState moments_of(const tasks::Parameter& parameter, const py::object& pair) {
  const std::string name = "moments[" + parameter.name + "]";
  if (!py::isinstance<py::tuple>(pair) || py::len(pair) != 2)
    refuse(name.c_str(), "a tuple of Adam's two moments", type_name(pair));
  const auto both = py::cast<py::tuple>(pair);
  return {tensor_view<float>(name + "[0]", both[0], parameter.shape, Access::kWrite),
          tensor_view<float>(name + "[1]", both[1], parameter.shape, Access::kWrite)};
}

memory::MatrixView<const float> frozen_rows(const tasks::Table& table, std::size_t number, const py::object& rows) {
  const std::string name = "frozen[" + std::to_string(number) + "]";
  if (table.trained) {
    if (!rows.is_none()) throw py::value_error(name + " must be None for a trained table");
    return {};
  }
  const auto view = matrix_view<const float>(name.c_str(), rows, Access::kRead);
  if (view.rows < 1 || view.columns != table.dim)
    throw py::value_error(name + " must have at least one row of " + std::to_string(table.dim) +
                          " values, got the shape " + shape_text(std::array{view.rows, view.columns}));
  return view;
}

// The parameters of a network in the order of parameters_of, and the Python arrays that hold them.
struct HeldParameters {
  HeldParameters(const tasks::Options& options, const py::dict& parameters, Access access)
      : list(tasks::parameters_of(options)) {
    for (const auto& parameter : list) {
      held.push_back(required_entry("parameters", parameters, parameter.name));
      weights.push_back(tensor_view<float>("parameters[" + parameter.name + "]", held.back(), parameter.shape, access));
    }
    require_entries("parameters", parameters, list.size());
  }

  std::vector<tasks::Parameter> list;
  std::vector<py::object> held;
  std::vector<std::span<float>> weights;
};

// A network whose weights are packed for predictions; any number of sessions may share it. Immutable.
class PackedNetwork {
 public:
  PackedNetwork(const py::object& options, const py::dict& parameters, const std::string& isa,
                const std::string& precision)
      : options_(network_options_from(options)),
        kernels_(&kernels_named(isa)),
        parameters_(options_, parameters, Access::kRead) {
    const linalg::Compute compute = compute_of(isa, precision);
    const std::vector<std::span<const float>> weights(parameters_.weights.begin(), parameters_.weights.end());
    const GilRelease release;  // packing reads all weights and needs no Python
    auto packed = std::make_shared<tasks::PackedWeights>(compute, options_, linalg::Purpose::kInference);
    parallel::Team alone;
    packed->pack(alone, tasks::tensors_of<const float>(options_, weights));
    weights_ = std::move(packed);
  }

  [[nodiscard]] const tasks::Options& options() const { return options_; }
  [[nodiscard]] const kernels::KernelTable& kernels() const { return *kernels_; }
  [[nodiscard]] const HeldParameters& parameters() const { return parameters_; }
  [[nodiscard]] const std::shared_ptr<const tasks::PackedWeights>& weights() const { return weights_; }

 private:
  tasks::Options options_;
  const kernels::KernelTable* kernels_;
  HeldParameters parameters_;
  std::shared_ptr<const tasks::PackedWeights> weights_;
};

// A network, its threads, and the Python arrays that it reads and changes.
class NetworkSession {
 public:
  // For training. moments: Adam's moments of each parameter.
  NetworkSession(const py::object& options, const py::dict& parameters, const py::sequence& frozen,
                 const py::dict& moments, std::size_t threads, const std::string& isa)
      : options_(network_options_from(options)), list_(tasks::parameters_of(options_)) {
    HeldParameters own(options_, parameters, Access::kWrite);
    tasks::NetworkArrays arrays;
    arrays.weights = std::move(own.weights);
    held_ = std::move(own.held);
    for (const auto& parameter : list_) {
      held_.push_back(required_entry("moments", moments, parameter.name));
      arrays.optimizer_state.push_back(moments_of(parameter, held_.back()));
    }
    require_entries("moments", moments, list_.size());
    arrays.frozen = hold_frozen(frozen);
    is_trainable_ = true;
    start_team(threads);
    network_ = std::make_unique<tasks::Network>(options_, kernels_named(isa), arrays, threads_);
  }
  // For predictions.
  NetworkSession(const PackedNetwork& packed, const py::sequence& frozen, std::size_t threads)
      : options_(packed.options()), list_(packed.parameters().list), held_(packed.parameters().held) {
    tasks::NetworkArrays arrays;
    arrays.weights = packed.parameters().weights;
    arrays.frozen = hold_frozen(frozen);
    if (threads > 1) start_team(threads);
    network_ = std::make_unique<tasks::Network>(options_, packed.kernels(), arrays, threads_, packed.weights());
  }
  ~NetworkSession() { close_team(); }  // NOLINT(bugprone-exception-escape): joining threads does not throw

  py::dict step(const py::object& batch, const py::object& targets, const py::object& weights, double learning_rate,
                std::int64_t number, bool context_gradients) {
    require_trainable();
    if (!(learning_rate >= 0.0) || std::isinf(learning_rate))
      throw std::invalid_argument("learning_rate must be finite and not negative, got " +
                                  std::to_string(learning_rate));
    const ReentrancyGuard<> guard(busy_, kNetworkBusy);
    request_ = {};
    request_.kind = RequestKind::kUpdate;
    request_.learning_rate = learning_rate;
    py::object d_contexts = py::none();
    const auto outcome = run_training_step(batch, targets, weights, number, context_gradients ? &d_contexts : nullptr);
    py::dict d;
    d["loss"] = outcome.loss;
    d["gradient_norm"] = outcome.gradient_norm;
    d["clip_scale"] = outcome.clip_scale;
    d["finite"] = outcome.finite;
    d["d_contexts"] = std::move(d_contexts);
    d["scores"] = tasks::pools(options_) ? py::object(scores_of_step()) : py::none();
    return d;
  }

  py::dict gradients(const py::object& batch, const py::object& targets, const py::object& weights,
                     std::int64_t number) {
    require_trainable();
    const ReentrancyGuard<> guard(busy_, kNetworkBusy);
    request_ = {};
    request_.kind = RequestKind::kGradients;
    py::object d_contexts;
    const auto outcome = run_training_step(batch, targets, weights, number, &d_contexts);
    py::dict gradients;
    for (std::size_t i = 0; i < list_.size(); ++i) {
      py::array_t<float> gradient(list_[i].shape);
      network_->copy_gradient({gradient.mutable_data(), static_cast<std::size_t>(gradient.size())}, i);
      gradients[py::str(list_[i].name)] = std::move(gradient);
    }
    py::dict d;
    d["loss"] = outcome.loss;
    d["gradients"] = std::move(gradients);
    d["d_contexts"] = std::move(d_contexts);
    return d;
  }

  std::pair<double, double> evaluate(const py::object& batch, const py::object& targets, const py::object& weights) {
    const ReentrancyGuard<> guard(busy_, kNetworkBusy);
    request_ = {};
    request_.kind = RequestKind::kLosses;
    const HeldBatch held = batch_from(options_, batch, network_->words());
    request_.batch = held.batch;
    request_.targets = targets_from(options_, held, targets, weights);
    const auto outcome = run();
    return {outcome.loss * outcome.total_weight, outcome.total_weight};
  }

  py::array_t<float> scores(const py::object& batch) { return outputs(batch, RequestKind::kScores); }
  py::array_t<float> probabilities(const py::object& batch) { return outputs(batch, RequestKind::kProbabilities); }

  py::array_t<std::int32_t> paths(const py::object& batch) {
    if (options_.task != tasks::Task::kTags) throw std::invalid_argument("task must be tags to predict paths of tags");
    const ReentrancyGuard<> guard(busy_, kNetworkBusy);
    request_ = {};
    request_.kind = RequestKind::kPaths;
    const HeldBatch held = batch_from(options_, batch, network_->words());
    request_.batch = held.batch;
    py::array_t<std::int32_t> paths(held.tokens);
    request_.paths = {paths.mutable_data(), static_cast<std::size_t>(held.tokens)};
    run();
    return paths;
  }

  py::array_t<float> attention(const py::object& batch) {
    if (!tasks::attends(options_)) throw std::invalid_argument("pooling must be attention to return attention weights");
    const ReentrancyGuard<> guard(busy_, kNetworkBusy);
    request_ = {};
    request_.kind = RequestKind::kAttention;
    const HeldBatch held = batch_from(options_, batch, network_->words());
    request_.batch = held.batch;
    py::array_t<float> alpha(held.tokens);
    request_.alpha = {alpha.mutable_data(), static_cast<std::size_t>(held.tokens)};
    run();
    return alpha;
  }

  // Replaces the rows of the tables that are not trained.
  void set_frozen(const py::sequence& frozen) {
    const ReentrancyGuard<> guard(busy_, kNetworkBusy);
    network_->set_frozen(hold_frozen(frozen));
  }

  // Stores the encoder input of the words of a batch: later batches may refer to them by index. first: index of the
  // first of them; words that were stored there or later are discarded. total: the greatest number of words that are
  // stored at a time.
  void cache_words(const py::object& batch, std::int64_t first, std::int64_t total) {
    if (network_->word_bytes() == 0)
      throw std::invalid_argument(
          "words can be stored only for a network with an encoder and without contextual features");
    const ReentrancyGuard<> guard(busy_, kNetworkBusy);
    request_ = {};
    request_.kind = RequestKind::kCacheWords;
    const HeldBatch held = batch_from(options_, batch, 0);
    if (held.tokens == 0 || held.batch.words) throw py::value_error("batch must contain the features of words");
    if (first < 0 || first > network_->words())
      throw py::value_error("first must be from 0 to " + std::to_string(network_->words()) +
                            ", the number of cached words, got " + std::to_string(first));
    if (total < first + held.tokens || total > std::numeric_limits<std::int32_t>::max())
      throw py::value_error("total must be from " + std::to_string(first + held.tokens) + " to 2**31 - 1, got " +
                            std::to_string(total));
    if (first != 0 && total != total_words_)
      throw py::value_error("total must stay " + std::to_string(total_words_) + ", got " + std::to_string(total));
    total_words_ = total;
    request_.batch = held.batch;
    request_.first_word = first;
    request_.total_words = total;
    run();
  }
  std::int64_t word_bytes() const { return network_->word_bytes(); }

  // The dropout factors that the last step() or gradients() drew, in the order of the tokens or texts; for tests.
  py::dict draws() {
    const ReentrancyGuard<> guard(busy_, kNetworkBusy);
    const auto inner = network_->inner_dropout();
    const std::int64_t tokens = network_->texts().rows(), texts = network_->texts().texts();
    const std::int64_t rows = tasks::pools(options_) ? texts : tokens;
    py::dict d;
    d["features"] = factors(tokens, tasks::feature_columns(options_), network_->feature_dropout(),
                            tasks::Network::kFeatureDropoutLayer);
    d["words"] = factors(tokens, 1, network_->word_dropout(), network_->word_dropout_layer());
    d["pooled"] = factors(texts, tasks::pooled_columns(options_), inner, network_->pooled_dropout_layer());
    d["dense"] = factors(rows, options_.dense_dim, inner, network_->dense_dropout_layer());
    py::list directions;
    for (int direction = 0; direction < tasks::directions_of(options_); ++direction)
      directions.append(layer_factors(direction));
    d["layers"] = std::move(directions);
    return d;
  }

  void refresh() {
    require_trainable();
    const ReentrancyGuard<> guard(busy_, kNetworkBusy);
    network_->refresh();
  }
  void close() {
    const ReentrancyGuard<> guard(busy_, kNetworkBusy);
    is_closed_ = true;
    close_team();
  }
  std::size_t threads() const { return threads_; }
  std::int64_t updates() const { return network_->updates(); }

 private:
  void start_team(std::size_t threads) {
    team_ = std::make_unique<InterruptibleTeam>(threads);
    threads_ = team_->size();
  }

  // The number of rows of a table that is not trained is that of its array.
  std::vector<memory::MatrixView<const float>> hold_frozen(const py::sequence& frozen) {
    if (frozen.size() != options_.tables.size())
      throw py::value_error("frozen must have one entry for each table, " + std::to_string(options_.tables.size()) +
                            ", got " + std::to_string(frozen.size()));
    std::vector<py::object> held;
    std::vector<memory::MatrixView<const float>> views;
    for (std::size_t i = 0; i < options_.tables.size(); ++i) {
      held.push_back(frozen[i]);
      views.push_back(frozen_rows(options_.tables[i], i, held.back()));
    }
    for (std::size_t i = 0; i < views.size(); ++i)
      if (!options_.tables[i].trained) options_.tables[i].rows = views[i].rows;
    held_frozen_ = std::move(held);
    return views;
  }

  void require_trainable() const {
    if (!is_trainable_) throw std::runtime_error("this network is packed for predictions and cannot be trained");
  }

  // d_contexts: OUT the gradients of the contexts, or null if they are not needed.
  tasks::Outcome run_training_step(const py::object& batch, const py::object& targets, const py::object& weights,
                                   std::int64_t number, py::object* d_contexts) {
    if (number < 1) throw std::invalid_argument("step must be positive, got " + std::to_string(number));
    request_.step = number;
    const HeldBatch held = batch_from(options_, batch, 0);
    request_.batch = held.batch;
    request_.targets = targets_from(options_, held, targets, weights);
    if (d_contexts != nullptr) {
      py::list arrays;
      for (const auto& context : options_.contexts) {
        py::array_t<float> d({held.tokens, context.n_layers, context.dim});
        request_.d_contexts.push_back({d.mutable_data()});
        arrays.append(std::move(d));
      }
      *d_contexts = std::move(arrays);
    }
    return run();
  }

  py::array_t<float> outputs(const py::object& batch, RequestKind kind) {
    const ReentrancyGuard<> guard(busy_, kNetworkBusy);
    request_ = {};
    request_.kind = kind;
    const HeldBatch held = batch_from(options_, batch, network_->words());
    request_.batch = held.batch;
    const std::int64_t rows = tasks::pools(options_) ? held.texts() : held.tokens;
    py::array_t<float> outputs({rows, options_.outputs});
    request_.outputs = {outputs.mutable_data(), rows, options_.outputs, options_.outputs};
    run();
    return outputs;
  }

  tasks::Outcome run() {
    if (is_closed_) throw std::runtime_error("this network is closed");
    network_->prepare(request_);
    if (!team_ && network_->texts().rows() <= kTokensAlone) {
      const GilRelease release;  // a computation that needs no Python
      parallel::Team alone;
      network_->run(alone);
      return network_->outcome();
    }
    if (!team_) start_team(1);
    team_->run([this](parallel::Team& team) { network_->run(team); });
    return network_->outcome();
  }

  py::array_t<float> scores_of_step() {
    const auto scores = network_->scores();
    py::array_t<float> copy({scores.rows, scores.columns});
    for (std::int64_t row = 0; row < scores.rows; ++row)
      std::copy_n(scores.row(row), scores.columns, copy.mutable_data(row, 0));
    return copy;
  }

  static py::array_t<float> factors(std::int64_t rows, std::int64_t columns, const recurrent::Dropout& dropout,
                                    std::int64_t layer) {
    py::array_t<float> factors({rows, columns});
    std::fill_n(factors.mutable_data(), factors.size(), 1.0f);
    recurrent::drop({factors.mutable_data(), rows, columns, columns}, 0, dropout, layer);
    return factors;
  }

  // For the input of each recurrent layer above the first, and for the output of the last one.
  py::list layer_factors(int direction) {
    recurrent::Dropout dropout = network_->inner_dropout();
    dropout.direction = direction;
    py::list layers;
    for (std::int64_t layer = 1; layer <= options_.n_layers; ++layer) {
      const auto drawn = factors(network_->texts().rows(), options_.hidden_dim, dropout, layer);
      py::array_t<float> ordered({network_->texts().rows(), options_.hidden_dim});
      for (std::int64_t row = 0; network_->sentences() && row < network_->texts().rows(); ++row)
        std::copy_n(
            drawn.data(row, 0), options_.hidden_dim,
            ordered.mutable_data(network_->sentences()->tokens_of(direction)[static_cast<std::size_t>(row)], 0));
      layers.append(std::move(ordered));
    }
    return layers;
  }

  void close_team() {
    const GilRelease release;  // joins threads, none of which needs Python
    team_.reset();
  }

  tasks::Options options_;
  std::vector<tasks::Parameter> list_;
  std::vector<py::object> held_;
  std::vector<py::object> held_frozen_;
  std::atomic_flag busy_;
  bool is_trainable_ = false;
  bool is_closed_ = false;
  std::size_t threads_ = 1;
  std::int64_t total_words_ = 0;
  tasks::Request request_;
  std::unique_ptr<InterruptibleTeam> team_;
  std::unique_ptr<tasks::Network> network_;
};

}  // namespace

void register_network(py::module_& m) {
  py::class_<PackedNetwork>(m, "PackedNetwork")
      .def(py::init<const py::object&, const py::dict&, const std::string&, const std::string&>(), py::arg("options"),
           py::arg("parameters"), py::kw_only(), py::arg("isa"), py::arg("precision") = "float32");
  py::class_<NetworkSession>(m, "Network")
      .def(py::init<const py::object&, const py::dict&, const py::sequence&, const py::dict&, std::size_t,
                    const std::string&>(),
           py::arg("options"), py::arg("parameters"), py::arg("frozen"), py::kw_only(), py::arg("moments"),
           py::arg("threads"), py::arg("isa"))
      .def(py::init<const PackedNetwork&, const py::sequence&, std::size_t>(), py::arg("packed"), py::arg("frozen"),
           py::kw_only(), py::arg("threads"))
      .def("step", &NetworkSession::step, py::arg("batch"), py::arg("targets"), py::arg("weights"), py::kw_only(),
           py::arg("learning_rate"), py::arg("step"), py::arg("context_gradients") = false)
      .def("gradients", &NetworkSession::gradients, py::arg("batch"), py::arg("targets"), py::arg("weights"),
           py::kw_only(), py::arg("step"))
      .def("evaluate", &NetworkSession::evaluate, py::arg("batch"), py::arg("targets"), py::arg("weights"))
      .def("scores", &NetworkSession::scores, py::arg("batch"))
      .def("probabilities", &NetworkSession::probabilities, py::arg("batch"))
      .def("paths", &NetworkSession::paths, py::arg("batch"))
      .def("attention", &NetworkSession::attention, py::arg("batch"))
      .def("set_frozen", &NetworkSession::set_frozen, py::arg("frozen"))
      .def("cache_words", &NetworkSession::cache_words, py::arg("batch"), py::kw_only(), py::arg("first"),
           py::arg("total"))
      .def("draws", &NetworkSession::draws)
      .def("refresh", &NetworkSession::refresh)
      .def("close", &NetworkSession::close)
      .def_property_readonly("threads", &NetworkSession::threads)
      .def_property_readonly("updates", &NetworkSession::updates)
      .def_property_readonly("word_bytes", &NetworkSession::word_bytes);
}

}  // namespace wordkin::bindings
