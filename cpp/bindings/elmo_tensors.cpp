#include "bindings/elmo_tensors.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "bindings/tensor_views.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

bool is_int8_parameter(const elmo::Parameter& parameter) {
  return parameter.part == elmo::Part::kRecurrent && parameter.shape.size() == 2;
}

template <typename T>
std::span<const T> entry(const py::dict& parameters, const std::string& name, std::span<const std::int64_t> shape) {
  return tensor_view<const T>("parameters[" + name + "]", required_entry("parameters", parameters, name), shape,
                              Access::kRead);
}

}  // namespace

std::vector<std::span<const float>> read_elmo_tensors(const std::vector<elmo::Parameter>& list,
                                                      const py::dict& parameters, bool has_int8) {
  const bool has_softmax = std::ranges::any_of(list, [&](const elmo::Parameter& parameter) {
    return parameter.part == elmo::Part::kSoftmax && parameters.contains(parameter.name);
  });
  std::vector<std::span<const float>> tensors;
  std::size_t expected = 0;
  for (const auto& parameter : list) {
    if (parameter.part == elmo::Part::kSoftmax && !has_softmax) {
      tensors.emplace_back();
      continue;
    }
    ++expected;
    if (has_int8 && is_int8_parameter(parameter)) {
      ++expected;  // its scales
      tensors.emplace_back();
      continue;
    }
    tensors.push_back(tensor_view<const float>("parameters[" + parameter.name + "]",
                                               required_entry("parameters", parameters, parameter.name),
                                               parameter.shape, Access::kRead));
  }
  require_entries("parameters", parameters, expected);
  return tensors;
}

elmo::Int8Layers read_int8_layers(const elmo::Options& options, const py::dict& parameters) {
  elmo::Int8Layers layers;
  std::size_t direction = 0;
  for (const auto& parameter : elmo::parameters_of(options)) {
    if (!is_int8_parameter(parameter)) continue;
    const std::int64_t rows = parameter.shape[0], columns = parameter.shape[1];
    const bool is_projection = parameter.name.ends_with("W_P_0");
    const memory::MatrixView<const std::int8_t> values{
        entry<std::int8_t>(parameters, parameter.name, parameter.shape).data(), rows, columns, columns};
    const std::array<std::int64_t, 2> shape{is_projection ? 1 : 2, columns};
    const auto scales = entry<float>(parameters, parameter.name + "/scales", shape);
    if (is_projection) {
      layers[direction].back().projection = {values, scales};
      continue;
    }
    if (std::ssize(layers[direction]) == options.n_layers) ++direction;
    const auto half = static_cast<std::size_t>(columns);
    layers[direction].push_back({.input = {values.block_of_rows(0, rows / 2), scales.first(half)},
                                 .hidden = {values.block_of_rows(rows / 2, rows / 2), scales.last(half)},
                                 .projection = {}});
  }
  return layers;
}

bool is_int8_tensor(const py::handle& tensor) {
  return py::isinstance<py::array>(tensor) &&
         py::reinterpret_borrow<py::array>(tensor).dtype().equal(py::dtype::of<std::int8_t>());
}

}  // namespace wordkin::bindings
