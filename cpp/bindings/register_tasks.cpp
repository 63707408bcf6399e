// Classifiers and taggers: their tensors and the network.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "bindings/registers.h"
#include "bindings/tasks_network.h"
#include "bindings/tasks_options.h"
#include "tasks/parameters.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

// (name, shape) of every tensor of a network, in their fixed order.
py::list network_parameter_shapes(const py::object& options) {
  py::list shapes;
  for (const auto& parameter : tasks::parameters_of(network_options_from(options)))
    shapes.append(py::make_tuple(parameter.name, py::tuple(py::cast(parameter.shape))));
  return shapes;
}

}  // namespace

void register_tasks(py::module_& m) {
  auto t = m.def_submodule("tasks", "Classifiers and taggers.");
  t.def("parameter_shapes", &network_parameter_shapes, py::arg("options"));
  register_network(t);
}

}  // namespace wordkin::bindings
