// Softmax losses.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bindings/array_views.h"
#include "bindings/compute.h"
#include "bindings/interruptible_team.h"
#include "bindings/owned_array.h"
#include "bindings/testing/registers.h"
#include "softmax/full_softmax.h"
#include "softmax/sampled_softmax.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

softmax::OutputLayer layer_of(const py::object& weights, const py::object& bias) {
  const softmax::OutputLayer layer{matrix_view<const float>("weights", weights, Access::kRead),
                                   vector_view<const float>("bias", bias, Access::kRead)};
  if (std::ssize(layer.bias) != layer.words())
    throw std::invalid_argument("bias must have one entry for each row of weights");
  return layer;
}

softmax::Positions positions_of(const py::object& hidden, const py::object& targets,
                                const softmax::OutputLayer& layer) {
  softmax::Positions positions{matrix_view<const float>("hidden", hidden, Access::kRead), {}};
  if (positions.hidden.columns != layer.weights.columns)
    throw std::invalid_argument("hidden must have as many columns as weights, " +
                                std::to_string(layer.weights.columns) + ", got " +
                                std::to_string(positions.hidden.columns));
  if (targets.is_none()) return positions;
  positions.targets = vector_view<const std::int32_t>("targets", targets, Access::kRead);
  if (std::ssize(positions.targets) != positions.count())
    throw std::invalid_argument("targets must have one entry for each row of hidden");
  for (const auto target : positions.targets)
    if (target < 0 || target >= layer.words())
      throw py::index_error("targets must be ids of words, got " + std::to_string(target));
  return positions;
}

memory::MatrixView<float> view_of(py::array_t<float>& array) {
  return {array.mutable_data(), array.shape(0), array.shape(1), array.shape(1)};
}

// Threads and their scratch memory.
struct SoftmaxTeam {
  InterruptibleTeam team;
  linalg::Scratch scratch;

  explicit SoftmaxTeam(std::size_t threads) : team(threads), scratch(team.size()) {}

  // Runs body(member) `repeats` times and returns the seconds of the fastest run.
  double run(int repeats, const parallel::TeamBody& body) {
    double fastest = std::numeric_limits<double>::infinity();
    for (int i = 0; i < repeats; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      team.run(body);
      fastest = std::min(fastest, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    return fastest;
  }
};

std::vector<std::int32_t> listed(const softmax::IdSet& set, std::int64_t vocabulary) {
  std::vector<std::int32_t> ids;
  for (std::int64_t id = 0; id < vocabulary; ++id)
    if (set.contains(id)) ids.push_back(static_cast<std::int32_t>(id));
  return ids;
}

py::tuple log_uniform(std::int64_t vocabulary, std::int64_t negatives, std::uint64_t seed, std::uint64_t stream) {
  const softmax::LogUniformSampler sampler(vocabulary, negatives);
  softmax::IdSet drawn(vocabulary);
  const std::int64_t tries = sampler.draw(drawn, random::Generator(seed, stream));
  return py::make_tuple(owned_array(listed(drawn, vocabulary)), tries);
}

std::vector<double> log_expected_counts(std::int64_t vocabulary, const std::vector<std::int64_t>& ids,
                                        std::int64_t tries) {
  const softmax::LogUniformSampler sampler(vocabulary, 1);
  std::vector<double> logs;
  logs.reserve(ids.size());
  for (const auto id : ids) logs.push_back(sampler.log_expected_count(id, tries));
  return logs;
}

py::dict sampled(const py::object& hidden, const py::object& targets, const py::object& weights, const py::object& bias,
                 std::int64_t negatives, std::uint64_t seed, std::uint64_t stream, float scale, const std::string& isa,
                 const std::string& precision, std::size_t threads, int repeats) {
  const auto layer = layer_of(weights, bias);
  const auto positions = positions_of(hidden, targets, layer);
  softmax::SampledSoftmax softmax(compute_of(isa, precision), layer.words(), layer.weights.columns, positions.count(),
                                  negatives);
  py::array_t<float> d_hidden({positions.count(), positions.hidden.columns});
  const auto d_hidden_view = view_of(d_hidden);
  double loss = 0.0, seconds = 0.0;
  {
    SoftmaxTeam team_of_call(threads);
    seconds = team_of_call.run(repeats, [&](parallel::Team& team) {
      const double sum = softmax.run(team, d_hidden_view, positions, layer, random::Generator(seed, stream), scale,
                                     team_of_call.scratch);
      if (team.rank() == 0) loss = sum;
    });
  }
  const auto& gradients = softmax.gradients();
  py::array_t<float> rows({gradients.count(), gradients.columns()});
  std::copy_n(gradients.row(0), rows.size(), rows.mutable_data());
  py::dict result;
  result["loss"] = loss;
  result["hidden"] = d_hidden;
  result["ids"] = owned_array(std::vector<std::int32_t>(gradients.ids(), gradients.ids() + gradients.count()));
  result["rows"] = rows;
  result["bias"] = owned_array(std::vector<float>(gradients.bias(), gradients.bias() + gradients.count()));
  result["negatives"] = owned_array(listed(softmax.negatives(), layer.words()));
  result["tries"] = softmax.tries();
  result["seconds"] = seconds;
  return result;
}

py::dict full(const py::object& hidden, const py::object& targets, const py::object& weights, const py::object& bias,
              float scale, const std::string& isa, const std::string& precision, std::size_t threads, int repeats) {
  const auto layer = layer_of(weights, bias);
  const auto positions = positions_of(hidden, targets, layer);
  softmax::FullSoftmax softmax(compute_of(isa, precision), layer.words(), layer.weights.columns, positions.count());
  py::array_t<float> d_hidden({positions.count(), positions.hidden.columns}),
      d_weights({layer.words(), layer.weights.columns}), d_bias(layer.words());
  const softmax::FullGradients gradients{
      view_of(d_hidden), view_of(d_weights), {d_bias.mutable_data(), static_cast<std::size_t>(d_bias.size())}};
  double loss = 0.0, seconds = 0.0;
  {
    SoftmaxTeam team_of_call(threads);
    seconds = team_of_call.run(repeats, [&](parallel::Team& team) {
      const double sum = softmax.run(team, gradients, positions, layer, scale, team_of_call.scratch);
      if (team.rank() == 0) loss = sum;
    });
  }
  py::dict result;
  result["loss"] = loss;
  result["hidden"] = d_hidden;
  result["weights"] = d_weights;
  result["bias"] = d_bias;
  result["seconds"] = seconds;
  return result;
}

py::object log_probabilities(const py::object& hidden, const py::object& weights, const py::object& bias,
                             const py::object& targets, const std::string& isa, const std::string& precision,
                             std::size_t threads) {
  const auto layer = layer_of(weights, bias);
  const auto positions = positions_of(hidden, targets, layer);
  softmax::VocabularyScores scores(compute_of(isa, precision), layer.words(), layer.weights.columns, positions.count(),
                                   softmax::VocabularyScores::Keep::kNothing);
  py::array_t<float> all({targets.is_none() ? positions.count() : 0, layer.words()});
  const auto all_view = targets.is_none() ? view_of(all) : memory::MatrixView<float>{};
  {
    SoftmaxTeam team_of_call(threads);
    team_of_call.run(
        1, [&](parallel::Team& team) { (void)scores.pass(team, positions, layer, team_of_call.scratch, all_view); });
  }
  if (targets.is_none()) return all;
  std::vector<double> of_targets;
  of_targets.reserve(static_cast<std::size_t>(positions.count()));
  for (std::int64_t position = 0; position < positions.count(); ++position)
    of_targets.push_back(scores.log_probability_of_target(position));
  return owned_array(std::move(of_targets));
}

// The row becomes factor * exp(row + offsets - greatest) and is added to sums; returns (greatest, sum of exponentials).
py::tuple softmax_row(const std::string& isa, const py::object& row, const py::object& offsets, const py::object& sums,
                      float factor) {
  const auto values = vector_view<float>("row", row, Access::kWrite);
  const auto added = vector_view<const float>("offsets", offsets, Access::kRead);
  const auto totals = vector_view<float>("sums", sums, Access::kWrite);
  if (added.size() != values.size() || totals.size() != values.size())
    throw std::invalid_argument("row, offsets and sums must have the same length");
  const auto& kernel = *compute_of(isa, "float32").kernels;
  const float greatest = kernel.add_offsets(values.data(), added.data(), std::ssize(values));
  const double sum = kernel.exponentials(values.data(), values.data(), greatest, std::ssize(values));
  kernel.scale_and_add(values.data(), totals.data(), factor, std::ssize(values));
  return py::make_tuple(greatest, sum);
}

}  // namespace

void register_test_softmax(py::module_& m) {
  auto s = m.def_submodule("softmax", "Softmax losses.");
  s.def("log_uniform", &log_uniform, py::arg("vocabulary"), py::arg("negatives"), py::kw_only(), py::arg("seed"),
        py::arg("stream"));
  s.def("log_expected_counts", &log_expected_counts, py::arg("vocabulary"), py::arg("ids"), py::arg("tries"));
  s.def("sampled", &sampled, py::arg("hidden"), py::arg("targets"), py::arg("weights"), py::arg("bias"), py::kw_only(),
        py::arg("negatives"), py::arg("seed"), py::arg("stream"), py::arg("scale") = 1.0f, py::arg("isa"),
        py::arg("precision") = "float32", py::arg("threads") = 1, py::arg("repeats") = 1);
  s.def("full", &full, py::arg("hidden"), py::arg("targets"), py::arg("weights"), py::arg("bias"), py::kw_only(),
        py::arg("scale") = 1.0f, py::arg("isa"), py::arg("precision") = "float32", py::arg("threads") = 1,
        py::arg("repeats") = 1);
  s.def("log_probabilities", &log_probabilities, py::arg("hidden"), py::arg("weights"), py::arg("bias"), py::kw_only(),
        py::arg("targets") = py::none(), py::arg("isa"), py::arg("precision") = "float32", py::arg("threads") = 1);
  s.def("softmax_row", &softmax_row, py::arg("isa"), py::arg("row"), py::arg("offsets"), py::arg("sums"), py::kw_only(),
        py::arg("factor"));
}

}  // namespace wordkin::bindings
