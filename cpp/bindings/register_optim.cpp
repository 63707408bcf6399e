// Optimizer steps on arrays that Python owns, for fine-tuning.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "bindings/array_views.h"
#include "bindings/compute.h"
#include "bindings/interruptible_team.h"
#include "bindings/registers.h"
#include "optim/adam.h"
#include "optim/clipping.h"
#include "optim/parameter_set.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

// Weights, first moment, second moment and gradient: flat arrays of the same length.
using AdamTensor = std::tuple<py::object, py::object, py::object, py::object>;

optim::Dense dense_of(const AdamTensor& tensor) {
  const auto& [weights, first, second, gradient] = tensor;
  const optim::Dense dense{
      vector_view<float>("weights", weights, Access::kWrite),
      vector_view<const float>("gradient", gradient, Access::kRead),
      {vector_view<float>("first", first, Access::kWrite), vector_view<float>("second", second, Access::kWrite)}};
  const std::size_t size = dense.weights.size();
  if (dense.gradient.size() != size || dense.state.first.size() != size || dense.state.second.size() != size)
    throw std::invalid_argument("tensors must have moments and gradients of the size of their weights");
  return dense;
}

// One step of Adam on all tensors, with their gradients clipped to the norm `clip_norm` (0: not clipped). Changes
// nothing if a gradient is not finite. Returns the norm of all gradients together.
double adam_step(const std::vector<AdamTensor>& tensors, double learning_rate, std::int64_t step, double clip_norm,
                 std::size_t threads, const std::string& isa) {
  const auto& kernels = kernels_named(isa);
  optim::ParameterSet set;
  for (const auto& tensor : tensors) set.add(dense_of(tensor));
  double squared_norm = 0.0;
  InterruptibleTeam team(threads);
  team.run([&](parallel::Team& member) {
    const double sum = set.squared_norm(member, kernels);
    if (member.rank() == 0) squared_norm = sum;
    if (!std::isfinite(sum)) return;
    set.update(member, optim::Adam(kernels, learning_rate, step, optim::clip_scale(sum, clip_norm)));
  });
  return std::sqrt(squared_norm);
}

}  // namespace

void register_optim(py::module_& m) {
  auto o = m.def_submodule("optim", "Optimizer steps.");
  o.def("adam_step", &adam_step, py::arg("tensors"), py::kw_only(), py::arg("learning_rate"), py::arg("step"),
        py::arg("clip_norm"), py::arg("threads"), py::arg("isa"));
}

}  // namespace wordkin::bindings
