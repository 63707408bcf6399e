// The gate kernels of recurrent cells.
#include <pybind11/pybind11.h>

#include <limits>
#include <stdexcept>
#include <string>

#include "bindings/array_views.h"
#include "bindings/compute.h"
#include "bindings/testing/registers.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

using Matrix = memory::MatrixView<float>;

Matrix matrix_of(const char* name, const py::object& object, const Matrix& like, std::int64_t blocks = 1) {
  const auto view = matrix_view<float>(name, object, Access::kWrite);
  if (view.rows != like.rows || view.columns != blocks * like.columns)
    throw std::invalid_argument(std::string(name) + " must have " + std::to_string(like.rows) + " rows of " +
                                std::to_string(blocks * like.columns) + " columns");
  return view;
}

float bound_of(float clip) { return clip > 0.0f ? clip : std::numeric_limits<float>::infinity(); }

std::span<float> bias_of(const char* name, const py::object& object, std::int64_t size) {
  const auto view = vector_view<float>(name, object, Access::kWrite);
  if (static_cast<std::int64_t>(view.size()) != size)
    throw std::invalid_argument(std::string(name) + " must have " + std::to_string(size) + " entries");
  return view;
}

void lstm_forward(const std::string& isa, const py::object& gates, const py::object& bias,
                  const py::object& cells_before, const py::object& cells, const py::object& outputs, float cell_clip) {
  const auto c = matrix_view<float>("cells", cells, Access::kWrite);
  const auto z = matrix_of("gates", gates, c, 4), before = matrix_of("cells_before", cells_before, c),
             m = matrix_of("outputs", outputs, c);
  const auto b = bias_of("bias", bias, 4 * c.columns);
  kernels_named(isa).lstm_forward({z.data, z.pitch, c.columns, b.data(), c.columns, before.data, before.pitch, c.data,
                                   c.pitch, m.data, m.pitch, c.rows, c.columns, bound_of(cell_clip)});
}

void lstm_backward(const std::string& isa, const py::object& gates, const py::object& d_bias,
                   const py::object& cells_before, const py::object& cells, const py::object& d_outputs,
                   const py::object& d_cells, float cell_clip) {
  const auto c = matrix_view<float>("cells", cells, Access::kWrite);
  const auto z = matrix_of("gates", gates, c, 4), before = matrix_of("cells_before", cells_before, c),
             d_m = matrix_of("d_outputs", d_outputs, c), d_c = matrix_of("d_cells", d_cells, c);
  const auto b = bias_of("d_bias", d_bias, 4 * c.columns);
  kernels_named(isa).lstm_backward({z.data, z.pitch, c.columns, b.data(), c.columns, before.data, before.pitch, c.data,
                                    c.pitch, d_m.data, d_m.pitch, d_c.data, d_c.pitch, c.rows, c.columns,
                                    bound_of(cell_clip)});
}

void tanh_forward(const std::string& isa, const py::object& gates, const py::object& bias, const py::object& outputs) {
  const auto z = matrix_view<float>("gates", gates, Access::kWrite);
  const auto m = matrix_of("outputs", outputs, z);
  const auto b = bias_of("bias", bias, z.columns);
  kernels_named(isa).tanh_forward({z.data, z.pitch, b.data(), m.data, m.pitch, z.rows, z.columns});
}

void tanh_backward(const std::string& isa, const py::object& gates, const py::object& d_bias, const py::object& outputs,
                   const py::object& d_outputs) {
  const auto z = matrix_view<float>("gates", gates, Access::kWrite);
  const auto m = matrix_of("outputs", outputs, z), d_m = matrix_of("d_outputs", d_outputs, z);
  const auto b = bias_of("d_bias", d_bias, z.columns);
  kernels_named(isa).tanh_backward(
      {z.data, z.pitch, b.data(), m.data, m.pitch, d_m.data, d_m.pitch, z.rows, z.columns});
}

}  // namespace

void register_test_gates(py::module_& m) {
  auto k = m.attr("kernels").cast<py::module_>();
  k.def("lstm_forward", &lstm_forward, py::arg("isa"), py::arg("gates"), py::arg("bias"), py::arg("cells_before"),
        py::arg("cells"), py::arg("outputs"), py::kw_only(), py::arg("cell_clip"));
  k.def("lstm_backward", &lstm_backward, py::arg("isa"), py::arg("gates"), py::arg("d_bias"), py::arg("cells_before"),
        py::arg("cells"), py::arg("d_outputs"), py::arg("d_cells"), py::kw_only(), py::arg("cell_clip"));
  k.def("tanh_forward", &tanh_forward, py::arg("isa"), py::arg("gates"), py::arg("bias"), py::arg("outputs"));
  k.def("tanh_backward", &tanh_backward, py::arg("isa"), py::arg("gates"), py::arg("d_bias"), py::arg("outputs"),
        py::arg("d_outputs"));
}

}  // namespace wordkin::bindings
