// Exact nearest neighbours among the rows of a matrix that Python owns.
#include <pybind11/pybind11.h>

#include <cstdint>
#include <stdexcept>
#include <string>

#include "bindings/array_views.h"
#include "bindings/compute.h"
#include "bindings/gil.h"
#include "bindings/registers.h"
#include "search/nearest.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

search::Rows searched_rows(const py::object& vectors, const py::object& divisors) {
  search::Rows rows;
  // float16 is passed as its bits, since C++20 has no type for it.
  if (as_array("vectors", vectors).dtype().equal(py::dtype::of<std::uint16_t>())) {
    rows.halves = matrix_view<const std::uint16_t>("vectors", vectors, Access::kRead);
  } else {
    rows.floats = matrix_view<const float>("vectors", vectors, Access::kRead);
  }
  rows.divisors = vector_view<const float>("divisors", divisors, Access::kRead);
  const auto count = rows.floats.empty() ? rows.halves.rows : rows.floats.rows;
  if (rows.count() != count) throw std::invalid_argument("divisors must have one entry for each row of vectors");
  return rows;
}

void check_queries(const memory::MatrixView<const float>& queries, const search::Rows& rows) {
  if (queries.columns != rows.columns())
    throw std::invalid_argument("queries must have " + std::to_string(rows.columns()) + " columns like vectors, got " +
                                std::to_string(queries.columns));
}

search::Compute compute_on(const std::string& isa, std::int64_t threads) {
  if (threads < 1) throw std::invalid_argument("threads must be at least 1, got " + std::to_string(threads));
  const auto& kernels = kernels_named(isa);
  return {kernels, static_cast<std::size_t>(threads), kernels::byte_kernels_of(kernels.isa)};
}

void nearest(const py::object& indices, const py::object& cosines, const py::object& queries, const py::object& vectors,
             const py::object& divisors, const std::string& isa, std::int64_t threads) {
  const auto found = matrix_view<std::int32_t>("indices", indices, Access::kWrite);
  const auto scores = matrix_view<float>("cosines", cosines, Access::kWrite);
  const auto wanted = matrix_view<const float>("queries", queries, Access::kRead);
  const auto rows = searched_rows(vectors, divisors);
  const auto compute = compute_on(isa, threads);
  check_queries(wanted, rows);
  if (found.rows != wanted.rows || scores.rows != wanted.rows || found.columns != scores.columns ||
      found.columns > rows.count())
    throw std::invalid_argument("indices and cosines must have the shape (queries, at most rows)");
  const GilRelease release;  // up to seconds of arithmetic; the caller holds the arrays
  search::find_nearest(found, scores, wanted, rows, compute);
}

void cosines(const py::object& cosines, const py::object& queries, const py::object& vectors,
             const py::object& divisors, const std::string& isa, std::int64_t threads) {
  const auto scores = matrix_view<float>("cosines", cosines, Access::kWrite);
  const auto wanted = matrix_view<const float>("queries", queries, Access::kRead);
  const auto rows = searched_rows(vectors, divisors);
  const auto compute = compute_on(isa, threads);
  check_queries(wanted, rows);
  if (scores.rows != wanted.rows || scores.columns != rows.count())
    throw std::invalid_argument("cosines must have the shape (queries, rows)");
  const GilRelease release;  // up to seconds of arithmetic; the caller holds the arrays
  search::find_cosines(scores, wanted, rows, compute);
}

}  // namespace

void register_search(py::module_& m) {
  auto s = m.def_submodule("search", "Exact nearest neighbours by cosine similarity.");
  s.def("nearest", &nearest, py::arg("indices"), py::arg("cosines"), py::arg("queries"), py::arg("vectors"),
        py::arg("divisors"), py::kw_only(), py::arg("isa"), py::arg("threads"));
  s.def("cosines", &cosines, py::arg("cosines"), py::arg("queries"), py::arg("vectors"), py::arg("divisors"),
        py::kw_only(), py::arg("isa"), py::arg("threads"));
}

}  // namespace wordkin::bindings
