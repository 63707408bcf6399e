#include "bindings/elmo_tensors.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "bindings/tensor_views.h"

namespace py = pybind11;

namespace wordkin::bindings {

std::vector<std::span<const float>> read_elmo_tensors(const std::vector<elmo::Parameter>& list,
                                                      const py::dict& parameters) {
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
    tensors.push_back(tensor_view<const float>("parameters[" + parameter.name + "]",
                                               required_entry("parameters", parameters, parameter.name),
                                               parameter.shape, Access::kRead));
  }
  require_entries("parameters", parameters, expected);
  return tensors;
}

}  // namespace wordkin::bindings
