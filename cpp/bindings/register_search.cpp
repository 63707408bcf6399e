// Exact nearest neighbours over a matrix that Python owns.
#include <pybind11/pybind11.h>

#include <cstdint>
#include <stdexcept>
#include <string>

#include "bindings/array_views.h"
#include "bindings/registers.h"
#include "kernels/select.h"
#include "search/nearest.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

search::Rows rows_of(const py::object& vectors, const py::object& divisors) {
  search::Rows rows;
  // Halves come as their bits: C++20 has no type for them.
  if (as_array("vectors", vectors).dtype().equal(py::dtype::of<std::uint16_t>())) {
    rows.halves = matrix_view<const std::uint16_t>("vectors", vectors, Access::kRead);
  } else {
    rows.floats = matrix_view<const float>("vectors", vectors, Access::kRead);
  }
  rows.divisors = vector_view<const float>("divisors", divisors, Access::kRead);
  const auto count = rows.floats.empty() ? rows.halves.rows : rows.floats.rows;
  if (rows.count() != count) throw std::invalid_argument("`divisors` must have one entry for each row of `vectors`");
  return rows;
}

void check_queries(const memory::MatrixView<const float>& queries, const search::Rows& rows) {
  if (queries.columns != rows.columns())
    throw std::invalid_argument("`queries` must have " + std::to_string(rows.columns()) +
                                " columns, as `vectors`, got " + std::to_string(queries.columns));
}

search::Compute compute_on(const std::string& isa, std::int64_t threads) {
  const auto found = kernels::isa_named(isa);
  if (!found) throw std::invalid_argument("`isa` must name an instruction set, got " + isa);
  if (threads < 1) throw std::invalid_argument("`threads` must be at least 1, got " + std::to_string(threads));
  return {kernels::table_of(*found), static_cast<std::size_t>(threads), kernels::byte_kernels_of(*found)};
}

void nearest(const py::object& indices, const py::object& cosines, const py::object& queries, const py::object& vectors,
             const py::object& divisors, const std::string& isa, std::int64_t threads) {
  const auto found = matrix_view<std::int32_t>("indices", indices, Access::kWrite);
  const auto scores = matrix_view<float>("cosines", cosines, Access::kWrite);
  const auto asked = matrix_view<const float>("queries", queries, Access::kRead);
  const auto rows = rows_of(vectors, divisors);
  const auto compute = compute_on(isa, threads);
  check_queries(asked, rows);
  if (found.rows != asked.rows || scores.rows != asked.rows || found.columns != scores.columns ||
      found.columns > rows.count())
    throw std::invalid_argument("`indices` and `cosines` must be of shape (queries, at most rows)");
  // Released: seconds of arithmetic on arrays that the caller holds; other Python threads may read them meanwhile.
  const py::gil_scoped_release released;
  search::find_nearest(found, scores, asked, rows, compute);
}

void cosines(const py::object& cosines, const py::object& queries, const py::object& vectors,
             const py::object& divisors, const std::string& isa, std::int64_t threads) {
  const auto scores = matrix_view<float>("cosines", cosines, Access::kWrite);
  const auto asked = matrix_view<const float>("queries", queries, Access::kRead);
  const auto rows = rows_of(vectors, divisors);
  const auto compute = compute_on(isa, threads);
  check_queries(asked, rows);
  if (scores.rows != asked.rows || scores.columns != rows.count())
    throw std::invalid_argument("`cosines` must be of shape (queries, rows)");
  const py::gil_scoped_release released;  // as above
  search::find_cosines(scores, asked, rows, compute);
}

}  // namespace

void register_search(py::module_& m) {
  auto s = m.def_submodule("search", "Exact nearest rows by cosine.");
  s.def("nearest", &nearest, py::arg("indices"), py::arg("cosines"), py::arg("queries"), py::arg("vectors"),
        py::arg("divisors"), py::kw_only(), py::arg("isa"), py::arg("threads"));
  s.def("cosines", &cosines, py::arg("cosines"), py::arg("queries"), py::arg("vectors"), py::arg("divisors"),
        py::kw_only(), py::arg("isa"), py::arg("threads"));
}

}  // namespace wordkin::bindings
