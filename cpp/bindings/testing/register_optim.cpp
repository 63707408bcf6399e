// Optimizer steps on dense and sparse gradients.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cmath>
#include <list>
#include <stdexcept>
#include <string>

#include "bindings/array_views.h"
#include "bindings/compute.h"
#include "bindings/interruptible_team.h"
#include "bindings/testing/registers.h"
#include "optim/adagrad.h"
#include "optim/adam.h"
#include "optim/clipping.h"
#include "optim/parameter_set.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

std::span<float> optional_vector(const char* name, const py::handle& object) {
  return object.is_none() ? std::span<float>{} : vector_view<float>(name, object, Access::kWrite);
}

optim::OptimizerState optimizer_state_of(const py::handle& first, const py::handle& second, std::size_t size) {
  const optim::OptimizerState state{optional_vector("first", first), optional_vector("second", second)};
  if (state.first.size() != size || (!state.second.empty() && state.second.size() != size))
    throw std::invalid_argument("first and second must have the length of the weights, " + std::to_string(size));
  return state;
}

// (weights, first, second or None, gradient), flat.
optim::Dense dense_parameter(const py::tuple& given) {
  const auto weights = vector_view<float>("weights", given[0], Access::kWrite);
  const auto gradient = vector_view<const float>("gradient", given[3], Access::kRead);
  if (gradient.size() != weights.size()) throw std::invalid_argument("gradient must have the length of weights");
  return {weights, gradient, optimizer_state_of(given[1], given[2], weights.size())};
}

optim::RowGradients row_gradients(const py::handle& ids, const py::handle& values, const py::handle& bias) {
  const auto id = vector_view<const std::int32_t>("ids", ids, Access::kRead);
  const auto value = matrix_view<const float>("values", values, Access::kRead);
  const auto bias_value = optional_vector("bias values", bias);
  if (value.rows != std::ssize(id)) throw std::invalid_argument("values must have as many rows as ids has entries");
  optim::RowGradients rows(value.rows, value.columns, !bias.is_none());
  rows.set_count(value.rows);
  std::copy(id.begin(), id.end(), rows.ids());
  for (std::int64_t row = 0; row < value.rows; ++row) std::copy_n(value.row(row), value.columns, rows.row(row));
  std::copy(bias_value.begin(), bias_value.end(), rows.bias());
  return rows;
}

// (weights, first, second, bias, bias first, bias second, ids, values, bias values), weights and memory flat.
optim::Sparse sparse_parameter(const py::tuple& given, const optim::RowGradients& gradient) {
  const auto weights = vector_view<float>("weights", given[0], Access::kWrite);
  const auto bias = optional_vector("bias", given[3]);
  const std::int64_t rows = std::ssize(weights) / std::max<std::int64_t>(1, gradient.columns());
  if (rows * gradient.columns() != std::ssize(weights) || (gradient.has_bias() && std::ssize(bias) != rows))
    throw std::invalid_argument("weights and bias must have the same number of whole rows");
  for (std::int64_t i = 0; i < gradient.count(); ++i)
    if (gradient.ids()[i] >= rows)
      throw py::index_error("ids must be ids of rows, got " + std::to_string(gradient.ids()[i]));
  return {weights, optimizer_state_of(given[1], given[2], weights.size()), bias,
          optimizer_state_of(given[4], given[5], bias.size()), &gradient};
}

// Clips and updates where the norm is finite; returns the norm.
double optimizer_update(const std::string& optimizer, const std::vector<py::tuple>& dense,
                        const std::vector<py::tuple>& sparse, double rate, std::int64_t step, double clip_norm,
                        const std::string& isa, std::size_t threads) {
  const auto& table = kernels_named(isa);
  if (optimizer != "adagrad" && optimizer != "adam")
    throw std::invalid_argument("optimizer must be adagrad or adam, got " + optimizer);
  optim::ParameterSet set;
  std::list<optim::RowGradients> gradients;  // a list: the set keeps their addresses
  for (const auto& given : dense) set.add(dense_parameter(given));
  for (const auto& given : sparse) {
    gradients.push_back(row_gradients(given[6], given[7], given[8]));
    set.add(sparse_parameter(given, gradients.back()));
  }
  double squares = 0.0;
  InterruptibleTeam(threads).run([&](parallel::Team& team) {
    const double sum = set.squared_norm(team, table);
    if (team.rank() == 0) squares = sum;
    if (!std::isfinite(sum)) return;
    const double scale = optim::clip_scale(sum, clip_norm);
    if (optimizer == "adagrad") {
      set.update(team, optim::Adagrad(table, rate, scale));
    } else {
      set.update(team, optim::Adam(table, rate, step, scale));
    }
  });
  return std::sqrt(squares);
}

py::tuple arrays_of(const optim::RowGradients& rows) {
  py::array_t<std::int32_t> ids(rows.count());
  py::array_t<float> values({rows.count(), rows.columns()}), bias(rows.has_bias() ? rows.count() : 0);
  std::copy_n(rows.ids(), rows.count(), ids.mutable_data());
  std::copy_n(rows.row(0), values.size(), values.mutable_data());
  std::copy_n(rows.bias(), bias.size(), bias.mutable_data());
  return py::make_tuple(ids, values, bias);
}

// Two of (ids, values, bias values), after merging.
py::tuple merged_rows(const py::tuple& kept, const py::tuple& other, std::size_t threads) {
  auto first = row_gradients(kept[0], kept[1], kept[2]), second = row_gradients(other[0], other[1], other[2]);
  if (first.columns() != second.columns() || first.has_bias() != second.has_bias())
    throw std::invalid_argument("kept and other must have rows of the same kind");
  InterruptibleTeam(threads).run([&](parallel::Team& team) { optim::merge_shared_rows(team, first, second); });
  return py::make_tuple(arrays_of(first), arrays_of(second));
}

}  // namespace

void register_test_optim(py::module_& m) {
  auto o = m.def_submodule("optim", "Optimizer steps.");
  o.def("update", &optimizer_update, py::arg("optimizer"), py::arg("dense"), py::arg("sparse"), py::kw_only(),
        py::arg("rate"), py::arg("step") = 1, py::arg("clip_norm") = 0.0, py::arg("isa"), py::arg("threads") = 1);
  o.def("merge_shared_rows", &merged_rows, py::arg("kept"), py::arg("other"), py::kw_only(), py::arg("threads") = 1);
}

}  // namespace wordkin::bindings
