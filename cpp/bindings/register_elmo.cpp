// The bidirectional language model: its tensors, training and inference.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "bindings/elmo_forward_pass.h"
#include "bindings/elmo_language_model.h"
#include "bindings/elmo_options.h"
#include "bindings/elmo_trainer.h"
#include "bindings/registers.h"
#include "elmo/parameters.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

// (name, shape) of every tensor of a model, in their fixed order.
py::list elmo_parameter_shapes(const py::object& options) {
  py::list shapes;
  for (const auto& parameter : elmo::parameters_of(elmo_options_from(options)))
    shapes.append(py::make_tuple(parameter.name, py::tuple(py::cast(parameter.shape))));
  return shapes;
}

}  // namespace

void register_elmo(py::module_& m) {
  auto e = m.def_submodule("elmo", "The bidirectional language model.");
  e.def("parameter_shapes", &elmo_parameter_shapes, py::arg("options"));
  register_elmo_trainer(e);
  register_elmo_language_model(e);
  register_elmo_forward_pass(e);
}

}  // namespace wordkin::bindings
