// Exact nearest neighbours among the rows of a matrix that Python owns.
#include <pybind11/pybind11.h>

#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "bindings/array_views.h"
#include "bindings/compute.h"
#include "bindings/gil.h"
#include "bindings/registers.h"
#include "search/nearest.h"
#include "search/rounded_rows.h"

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

// A row of two floats for each panel.
template <typename Float>
auto bounds_of(const memory::MatrixView<Float>& pairs) {
  using Bounds = std::conditional_t<std::is_const_v<Float>, const kernels::PanelBounds, kernels::PanelBounds>;
  static_assert(sizeof(Bounds) == 2 * sizeof(float));
  if (pairs.columns != 2 || pairs.pitch != 2) throw std::invalid_argument("bounds must have two columns");
  return std::span<Bounds>(reinterpret_cast<Bounds*>(pairs.data), static_cast<std::size_t>(pairs.rows));
}

void check_sizes(const search::RoundedRows& rounded, std::int64_t columns) {
  const auto panels = std::ssize(rounded.bounds);
  if (std::ssize(rounded.bytes) != panels * kernels::panel_bytes(columns) ||
      std::ssize(rounded.per_unit) != panels * kernels::kPanelRows)
    throw std::invalid_argument("bytes and per_unit must have the sizes that rounded_sizes gives");
}

void check_queries(const memory::MatrixView<const float>& queries, const search::Rows& rows) {
  if (queries.columns != rows.columns())
    throw std::invalid_argument("queries must have " + std::to_string(rows.columns()) + " columns like vectors, got " +
                                std::to_string(queries.columns));
}

// `rounded` is None or (bytes, per_unit, bounds, first) from round_rows.
search::RoundedRows rounded_rows(const py::object& rounded, const search::Rows& rows) {
  if (rounded.is_none()) return {};
  const auto parts = py::cast<py::tuple>(rounded);
  if (parts.size() != 4) throw std::invalid_argument("rounded must be None or (bytes, per_unit, bounds, first)");
  search::RoundedRows found;
  found.bytes = vector_view<const std::uint8_t>("bytes", parts[0], Access::kRead);
  found.per_unit = vector_view<const float>("per_unit", parts[1], Access::kRead);
  found.bounds = bounds_of(matrix_view<const float>("bounds", parts[2], Access::kRead));
  found.first = py::cast<std::int64_t>(parts[3]);
  check_sizes(found, rows.columns());
  if (found.first < 0 || found.first + rows.count() > std::ssize(found.per_unit))
    throw std::invalid_argument("rounded must have an entry for each row of vectors");
  return found;
}

search::Compute compute_on(const std::string& isa, std::int64_t threads) {
  if (threads < 1) throw std::invalid_argument("threads must be at least 1, got " + std::to_string(threads));
  const auto& kernels = kernels_named(isa);
  return {kernels, static_cast<std::size_t>(threads), &kernels::byte_kernels_of(kernels.isa)};
}

search::Neighbours neighbours(const py::object& indices, const py::object& cosines, std::int64_t count,
                              std::int64_t others) {
  const search::Neighbours found{matrix_view<std::int32_t>("indices", indices, Access::kWrite),
                                 matrix_view<float>("cosines", cosines, Access::kWrite)};
  if (found.indices.rows != count || found.cosines.rows != count || found.indices.columns != found.cosines.columns ||
      found.indices.columns > others)
    throw std::invalid_argument("indices and cosines must have the shape (queries, at most rows)");
  return found;
}

void nearest(const py::object& indices, const py::object& cosines, const py::object& queries, const py::object& vectors,
             const py::object& divisors, const std::string& isa, std::int64_t threads, const py::object& rounded) {
  const auto wanted = matrix_view<const float>("queries", queries, Access::kRead);
  auto rows = searched_rows(vectors, divisors);
  const auto compute = compute_on(isa, threads);
  check_queries(wanted, rows);
  const auto found = neighbours(indices, cosines, wanted.rows, rows.count());
  rows.rounded = rounded_rows(rounded, rows);
  const GilRelease release;  // up to seconds of arithmetic; the caller holds the arrays
  search::find_nearest(found, wanted, rows, compute);
}

// In addition, gives the queries nearest to each row: query_indices and query_cosines, INOUT (rows, k).
void mutual(const py::object& indices, const py::object& cosines, const py::object& query_indices,
            const py::object& query_cosines, const py::object& queries, const py::object& vectors,
            const py::object& divisors, std::int64_t first_query, const std::string& isa, std::int64_t threads,
            const py::object& rounded) {
  const auto wanted = matrix_view<const float>("queries", queries, Access::kRead);
  auto rows = searched_rows(vectors, divisors);
  const auto compute = compute_on(isa, threads);
  check_queries(wanted, rows);
  const auto of_queries = neighbours(indices, cosines, wanted.rows, rows.count());
  const auto of_rows = neighbours(query_indices, query_cosines, rows.count(), std::numeric_limits<std::int64_t>::max());
  rows.rounded = rounded_rows(rounded, rows);
  const GilRelease release;  // up to seconds of arithmetic; the caller holds the arrays
  search::find_mutual(of_queries, of_rows, first_query, wanted, rows, compute);
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

// Sizes of the arrays that round_rows fills: bytes, per_unit, and rows of bounds.
py::tuple rounded_sizes(std::int64_t rows, std::int64_t columns) {
  const auto panels = search::panels_of(rows);
  return py::make_tuple(panels * kernels::panel_bytes(columns), panels * kernels::kPanelRows, panels);
}

void round_rows(const py::object& bytes, const py::object& per_unit, const py::object& bounds,
                const py::object& vectors, const py::object& divisors, const std::string& isa, std::int64_t threads) {
  const auto rows = searched_rows(vectors, divisors);
  const auto compute = compute_on(isa, threads);
  const auto target = vector_view<std::uint8_t>("bytes", bytes, Access::kWrite);
  const auto steps = vector_view<float>("per_unit", per_unit, Access::kWrite);
  const auto limits = bounds_of(matrix_view<float>("bounds", bounds, Access::kWrite));
  check_sizes({target, steps, limits}, rows.columns());
  if (std::ssize(limits) != search::panels_of(rows.count()))
    throw std::invalid_argument("bounds must have one row per panel of vectors");
  const GilRelease release;  // up to seconds of arithmetic; the caller holds the arrays
  search::round_rows(target, steps, limits, rows, compute);
}

// Gives bounds of all cosines: lower and upper, shape (queries, rows).
void bounds(const py::object& lower, const py::object& upper, const py::object& queries, const py::object& vectors,
            const py::object& divisors, const py::object& rounded, const std::string& isa, std::int64_t threads) {
  const auto least = matrix_view<float>("lower", lower, Access::kWrite);
  const auto greatest = matrix_view<float>("upper", upper, Access::kWrite);
  const auto wanted = matrix_view<const float>("queries", queries, Access::kRead);
  auto rows = searched_rows(vectors, divisors);
  const auto compute = compute_on(isa, threads);
  check_queries(wanted, rows);
  rows.rounded = rounded_rows(rounded, rows);
  if (rows.rounded.empty() || rows.rounded.first % kernels::kPanelRows != 0)
    throw std::invalid_argument("rounded must begin with a whole panel of the rows");
  for (const auto& matrix : {least, greatest})
    if (matrix.rows != wanted.rows || matrix.columns != rows.count())
      throw std::invalid_argument("lower and upper must have the shape (queries, rows)");
  const GilRelease release;  // up to seconds of arithmetic; the caller holds the arrays
  search::find_bounds(least, greatest, wanted, rows, compute);
}

}  // namespace

void register_search(py::module_& m) {
  auto s = m.def_submodule("search", "Exact nearest neighbours by cosine similarity.");
  s.def("nearest", &nearest, py::arg("indices"), py::arg("cosines"), py::arg("queries"), py::arg("vectors"),
        py::arg("divisors"), py::kw_only(), py::arg("isa"), py::arg("threads"), py::arg("rounded") = py::none());
  s.def("mutual", &mutual, py::arg("indices"), py::arg("cosines"), py::arg("query_indices"), py::arg("query_cosines"),
        py::arg("queries"), py::arg("vectors"), py::arg("divisors"), py::arg("first_query"), py::kw_only(),
        py::arg("isa"), py::arg("threads"), py::arg("rounded") = py::none());
  s.def("cosines", &cosines, py::arg("cosines"), py::arg("queries"), py::arg("vectors"), py::arg("divisors"),
        py::kw_only(), py::arg("isa"), py::arg("threads"));
  s.attr("MIN_ROUNDED_ROWS") = search::kMinRoundedRows;
  s.attr("MAX_ROUNDED_COLUMNS") = kernels::kMaxByteColumns;
  s.def("rounded_sizes", &rounded_sizes, py::arg("rows"), py::arg("columns"));
  s.def("round_rows", &round_rows, py::arg("bytes"), py::arg("per_unit"), py::arg("bounds"), py::arg("vectors"),
        py::arg("divisors"), py::kw_only(), py::arg("isa"), py::arg("threads"));
  s.def("bounds", &bounds, py::arg("lower"), py::arg("upper"), py::arg("queries"), py::arg("vectors"),
        py::arg("divisors"), py::arg("rounded"), py::kw_only(), py::arg("isa"), py::arg("threads"));
}

}  // namespace wordkin::bindings
