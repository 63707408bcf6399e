// Matrix products.
#include <pybind11/pybind11.h>

#include <stdexcept>
#include <string>

#include "bindings/array_views.h"
#include "bindings/compute.h"
#include "bindings/interruptible_team.h"
#include "bindings/testing/registers.h"
#include "linalg/gemm.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

using linalg::Accumulate;
using linalg::Transpose;

void require_shape(const char* name, const memory::MatrixView<const float>& given, std::int64_t rows,
                   std::int64_t columns) {
  if (given.rows != rows || given.columns != columns)
    throw std::invalid_argument(std::string(name) + " must have the shape (" + std::to_string(rows) + ", " +
                                std::to_string(columns) + "), got (" + std::to_string(given.rows) + ", " +
                                std::to_string(given.columns) + ")");
}

linalg::Int8Matrix rounded_matrix(memory::MatrixView<const float> matrix, std::vector<std::int8_t>& values,
                                  std::vector<float>& scales) {
  values.resize(static_cast<std::size_t>(matrix.rows * matrix.columns));
  scales.resize(static_cast<std::size_t>(matrix.columns));
  const memory::MatrixView<std::int8_t> view{values.data(), matrix.rows, matrix.columns, matrix.columns};
  if (!linalg::round_columns(view, scales, matrix)) throw std::invalid_argument("b must be finite");
  return {view, scales};
}

// A packed matrix, with threads and scratch memory.
class PackedProduct {
 public:
  PackedProduct(const py::object& b, bool transposed, const std::string& isa, const std::string& precision,
                std::size_t threads)
      : team_(threads), scratch_(team_.size()) {
    const auto view = matrix_view<const float>("b", b, Access::kRead);
    const auto compute = compute_of(isa, precision);
    packed_ =
        linalg::PackedMatrix(compute, transposed ? view.columns : view.rows, transposed ? view.rows : view.columns);
    std::vector<std::int8_t> values;
    std::vector<float> scales;
    linalg::Int8Matrix rounded;
    if (compute.precision == linalg::Precision::kInt8) rounded = rounded_matrix(view, values, scales);
    team_.run([&](parallel::Team& team) {
      if (compute.precision == linalg::Precision::kInt8) {
        packed_.pack(team, rounded);
      } else if (transposed) {
        packed_.pack_transposed(team, view);
      } else {
        packed_.pack(team, view);
      }
    });
  }

  // `repeats` products, separated by barriers.
  void multiply(const py::object& c, const py::object& a, bool accumulate, int repeats) {
    const auto c_view = matrix_view<float>("c", c, Access::kWrite);
    const auto a_view = matrix_view<const float>("a", a, Access::kRead);
    require_shape("a", a_view, a_view.rows, packed_.rows());
    require_shape("c", {c_view.data, c_view.rows, c_view.columns, c_view.pitch}, a_view.rows, packed_.columns());
    team_.run([&](parallel::Team& team) {
      for (int i = 0; i < repeats; ++i) {
        linalg::multiply(team, c_view, a_view, packed_, accumulate ? Accumulate::kAdd : Accumulate::kReplace, scratch_);
        team.barrier();
      }
    });
  }

  [[nodiscard]] std::size_t bytes() const { return packed_.bytes(); }

 private:
  InterruptibleTeam team_;
  linalg::Scratch scratch_;
  linalg::PackedMatrix packed_;
};

void run_gemm(const py::object& c, const py::object& a, const py::object& b, bool transpose_a, bool transpose_b,
              bool accumulate, const std::string& isa, const std::string& precision, std::size_t threads, int repeats) {
  const auto c_view = matrix_view<float>("c", c, Access::kWrite);
  const auto a_view = matrix_view<const float>("a", a, Access::kRead);
  const auto b_view = matrix_view<const float>("b", b, Access::kRead);
  const auto compute = compute_of(isa, precision);
  const std::int64_t depth = transpose_a ? a_view.rows : a_view.columns;
  require_shape("a", a_view, transpose_a ? depth : c_view.rows, transpose_a ? c_view.rows : depth);
  require_shape("b", b_view, transpose_b ? c_view.columns : depth, transpose_b ? depth : c_view.columns);
  InterruptibleTeam members(threads);
  linalg::Scratch scratch(members.size());
  members.run([&](parallel::Team& team) {
    for (int i = 0; i < repeats; ++i) {
      linalg::gemm(team, compute, c_view, a_view, transpose_a ? Transpose::kYes : Transpose::kNo, b_view,
                   transpose_b ? Transpose::kYes : Transpose::kNo, accumulate ? Accumulate::kAdd : Accumulate::kReplace,
                   scratch);
      team.barrier();
    }
  });
}

}  // namespace

void register_test_linalg(py::module_& m) {
  auto l = m.def_submodule("linalg", "Matrix products.");
  py::class_<PackedProduct>(l, "PackedProduct")
      .def(py::init<const py::object&, bool, const std::string&, const std::string&, std::size_t>(), py::arg("b"),
           py::kw_only(), py::arg("transposed") = false, py::arg("isa"), py::arg("precision") = "float32",
           py::arg("threads") = 1)
      .def("multiply", &PackedProduct::multiply, py::arg("c"), py::arg("a"), py::kw_only(),
           py::arg("accumulate") = false, py::arg("repeats") = 1)
      .def_property_readonly("bytes", &PackedProduct::bytes);
  l.def("gemm", &run_gemm, py::arg("c"), py::arg("a"), py::arg("b"), py::kw_only(), py::arg("transpose_a") = false,
        py::arg("transpose_b") = false, py::arg("accumulate") = false, py::arg("isa"), py::arg("precision") = "float32",
        py::arg("threads") = 1, py::arg("repeats") = 1);
}

}  // namespace wordkin::bindings
