// The bidirectional language model: its tensors, training and inference.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

#include "bindings/array_views.h"
#include "bindings/elmo_forward_pass.h"
#include "bindings/elmo_language_model.h"
#include "bindings/elmo_options.h"
#include "bindings/elmo_trainer.h"
#include "bindings/gil.h"
#include "bindings/registers.h"
#include "elmo/parameters.h"
#include "linalg/int8_matrix.h"

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

// (int8 matrix, scales): the matrix rounded in `parts` blocks of as many rows each, with scales (parts, columns).
py::tuple round_columns(const std::string& name, const py::object& matrix, std::int64_t parts) {
  const auto view = matrix_view<const float>(name.c_str(), matrix, Access::kRead);
  if (parts < 1 || view.rows % parts != 0)
    throw std::invalid_argument(name + " must have a multiple of " + std::to_string(parts) + " rows, got " +
                                std::to_string(view.rows));
  py::array_t<std::int8_t> values({view.rows, view.columns});
  py::array_t<float> scales({parts, view.columns});
  const memory::MatrixView<std::int8_t> rounded{values.mutable_data(), view.rows, view.columns, view.columns};
  const std::span<float> all(scales.mutable_data(), static_cast<std::size_t>(parts * view.columns));
  bool is_finite = true;
  {
    const GilRelease unlocked;  // takes 0.1 s for the largest published models
    const std::int64_t rows = view.rows / parts;
    for (std::int64_t part = 0; part < parts; ++part) {
      const auto of_part =
          all.subspan(static_cast<std::size_t>(part * view.columns), static_cast<std::size_t>(view.columns));
      is_finite = linalg::round_columns(rounded.block_of_rows(part * rows, rows), of_part,
                                        view.block_of_rows(part * rows, rows)) &&
                  is_finite;
    }
  }
  if (!is_finite)
    throw py::value_error(name + " has infinite or NaN elements, which cannot be rounded to 8-bit integers");
  return py::make_tuple(values, scales);
}

}  // namespace

void register_elmo(py::module_& m) {
  auto e = m.def_submodule("elmo", "The bidirectional language model.");
  e.def("parameter_shapes", &elmo_parameter_shapes, py::arg("options"));
  e.def("round_columns", &round_columns, py::arg("name"), py::arg("matrix"), py::arg("parts"));
  register_elmo_trainer(e);
  register_elmo_language_model(e);
  register_elmo_forward_pass(e);
}

}  // namespace wordkin::bindings
