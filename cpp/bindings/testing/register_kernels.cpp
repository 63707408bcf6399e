// Single kernels.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "bindings/array_views.h"
#include "bindings/compute.h"
#include "bindings/testing/registers.h"
#include "memory/aligned_buffer.h"
#include "search/packed_queries.h"
#include "search/rounded_queries.h"
#include "search/rounded_rows.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

std::vector<float*> row_pointers(const memory::MatrixView<float>& matrix, const std::span<const std::int32_t> ids,
                                 const char* name) {
  std::vector<float*> rows;
  for (const auto id : ids) {
    if (id < 0 || id >= matrix.rows)
      throw py::index_error(std::string(name) + " must be ids of rows, got " + std::to_string(id));
    rows.push_back(matrix.row(id));
  }
  return rows;
}

std::vector<float> padded(const std::span<const float> values) {
  std::vector<float> copy(values.begin(), values.end());
  copy.resize(copy.size() + 16, 0.0f);
  return copy;
}

// Updates one window on rows of two matrices and returns the loss. See kernels::Window.
double update_window(const std::string& isa, const std::string& architecture, const py::object& input,
                     const py::object& input_ids, const py::object& output, const py::object& output_ids,
                     const py::object& signs, const py::object& repeats, float rate, float scale, float error_scale,
                     const py::object& update_scale, bool is_frozen, int frozen, int columns, int positions) {
  const auto& table = kernels_named(isa);
  const auto x = matrix_view<float>("input", input, Access::kWrite);
  const auto y = matrix_view<float>("output", output, Access::kWrite);
  const bool is_concatenation = architecture == "concatenation";
  if ((x.columns != y.columns && !is_concatenation) || (x.columns | y.columns) % kernels::kRowMultiple != 0)
    throw std::invalid_argument("input and output must have the same number of columns, a multiple of 16");
  const auto inputs =
      row_pointers(x, vector_view<const std::int32_t>("input_ids", input_ids, Access::kRead), "input_ids");
  const auto outputs =
      row_pointers(y, vector_view<const std::int32_t>("output_ids", output_ids, Access::kRead), "output_ids");
  const auto sign = padded(vector_view<const float>("signs", signs, Access::kRead));
  const auto repeat = padded(vector_view<const float>("repeats", repeats, Access::kRead));
  if (sign.size() != outputs.size() + 16 || repeat.size() != outputs.size() + 16)
    throw std::invalid_argument("signs and repeats must have as many entries as output_ids");
  std::vector<float> factor;
  if (!update_scale.is_none()) {
    const auto given = vector_view<const float>("update_scale", update_scale, Access::kRead);
    factor.assign(given.begin(), given.end());
    if (factor.size() != inputs.size())
      throw std::invalid_argument("update_scale must have as many entries as input_ids");
  }
  float max_repeat = 1.0f;
  for (const float r : repeat) max_repeat = r > max_repeat ? r : max_repeat;

  const auto n = static_cast<int>(inputs.size()), m = static_cast<int>(outputs.size());
  const auto width = static_cast<int>(y.columns);
  if (positions < 1 || positions > kernels::kMaxPositions || n % positions != 0 ||
      (positions > 1 && (m < positions || !is_concatenation)) || frozen < 0 || columns < 0 || columns > x.columns ||
      (is_concatenation && n / positions * columns > width))
    throw std::invalid_argument("frozen and columns must fit the matrices");
  memory::AlignedBuffer<float> scratch(static_cast<std::size_t>(
      is_concatenation ? kernels::concatenation_floats(positions, m, width) : kernels::scratch_floats(n, m, width)));
  kernels::LossAccumulator loss;
  const kernels::Window window{{inputs.data(), factor.empty() ? nullptr : factor.data(), n, frozen, n / positions},
                               {outputs.data(), sign.data(), repeat.data(), m, static_cast<int>(max_repeat), is_frozen},
                               {nullptr, 0},
                               width,
                               columns,
                               positions,
                               rate,
                               scale,
                               error_scale,
                               scratch.data(),
                               &loss};
  if (architecture == "skipgram") {
    table.skipgram(window);
  } else if (architecture == "cbow") {
    table.cbow(window);
  } else if (is_concatenation) {
    table.concatenation(window);
  } else if (architecture == "touch") {
    table.touch(window);
  } else {
    throw std::invalid_argument("architecture must be skipgram, cbow, concatenation or touch, got " + architecture);
  }
  table.fold_loss(loss);
  return loss.total;
}

// Trains `tag`, one row, on a document of the rows `words`. Position i of the windows has the word first + i, and its
// context the radius radii[i]; outputs: the rows of each position one after another. See kernels::TagWindows.
void tag_windows(const std::string& isa, const py::object& tag, const py::object& words, int first,
                 const std::vector<int>& radii, const std::vector<std::uint8_t>& order, const py::object& output,
                 const py::object& output_ids, bool is_mean, float rate) {
  const auto x = matrix_view<float>("tag", tag, Access::kWrite);
  const auto w = matrix_view<float>("words", words, Access::kWrite);
  const auto y = matrix_view<float>("output", output, Access::kWrite);
  auto outputs =
      row_pointers(y, vector_view<const std::int32_t>("output_ids", output_ids, Access::kRead), "output_ids");
  const auto positions = static_cast<int>(radii.size()), count = static_cast<int>(w.rows);
  const int noise = positions > 0 ? static_cast<int>(outputs.size()) / positions - 1 : 0;
  std::vector<std::uint8_t> sorted = order;
  std::ranges::sort(sorted);
  bool is_permutation = order.size() == radii.size();
  for (std::size_t i = 0; is_permutation && i < sorted.size(); ++i) is_permutation = sorted[i] == i;
  if (positions < 1 || positions > kernels::kMaxTagPositions || noise < 0 || first < 0 || first + positions > count ||
      (noise + 1) * positions != static_cast<int>(outputs.size()) || !is_permutation || x.rows != 1 ||
      x.columns != y.columns || x.columns != w.columns || x.columns % kernels::kRowMultiple != 0)
    throw std::invalid_argument("radii, order, ids and matrices must fit");
  std::vector<kernels::TagContext> contexts;
  contexts.reserve(static_cast<std::size_t>(positions));
  for (int i = first; i < first + positions; ++i)
    contexts.push_back({std::max(0, i - radii[i - first]), i, std::min(count, i + radii[i - first] + 1)});
  std::vector<const float*> rows;
  rows.reserve(static_cast<std::size_t>(w.rows));
  for (std::int64_t i = 0; i < w.rows; ++i) rows.push_back(w.row(i));
  outputs.resize(outputs.size() + static_cast<std::size_t>(kernels::kPrefetchedPositions * (noise + 1)), y.row(0));
  memory::AlignedBuffer<float> scratch(static_cast<std::size_t>(kernels::tag_floats(noise, x.columns)));
  kernels_named(isa).tag_windows({x.row(0), rows.data(), contexts.data(), order.data(), outputs.data(), positions,
                                  noise, is_mean, rate, static_cast<int>(x.columns), scratch.data()});
}

// Trains `tag`, one row, on windows with counts[i] output rows and weights each. See kernels::TagWords.
void tag_words(const std::string& isa, const py::object& tag, const py::object& output, const py::object& output_ids,
               const std::vector<std::uint8_t>& counts, const py::object& weights, float rate) {
  const auto x = matrix_view<float>("tag", tag, Access::kWrite);
  const auto y = matrix_view<float>("output", output, Access::kWrite);
  const auto rows =
      row_pointers(y, vector_view<const std::int32_t>("output_ids", output_ids, Access::kRead), "output_ids");
  const auto given = vector_view<const float>("weights", weights, Access::kRead);
  const std::size_t sum = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  if (counts.empty() || sum != rows.size() || sum != given.size() || x.rows != 1 || x.columns != y.columns ||
      x.columns % kernels::kRowMultiple != 0)
    throw std::invalid_argument("counts, ids, weights and matrices must fit");
  const std::size_t windows = counts.size(), stride = (std::ranges::max(counts) + std::size_t{7}) / 8 * 8;
  std::vector<const float*> outputs((windows + kernels::kPrefetchedTagWords) * stride, y.row(0));
  std::vector<float> signed_repeats(windows * stride + 8);
  std::size_t next = 0;
  for (std::size_t i = 0; i < windows; ++i)
    for (std::size_t k = 0; k < counts[i]; ++k, ++next) {
      outputs[i * stride + k] = rows[next];
      signed_repeats[i * stride + k] = given[next];
    }
  memory::AlignedBuffer<float> scratch(stride + 8);
  kernels_named(isa).tag_words({x.row(0), outputs.data(), signed_repeats.data(), counts.data(),
                                static_cast<int>(windows), static_cast<int>(stride), rate, static_cast<int>(x.columns),
                                scratch.data()});
}

// Sums rows of a matrix into `sum`. See kernels::KernelTable.
void sum_rows(const std::string& isa, const py::object& sum, const py::object& matrix, const py::object& ids,
              float scale) {
  const auto out = vector_view<float>("sum", sum, Access::kWrite);
  const auto x = matrix_view<float>("matrix", matrix, Access::kWrite);
  if (static_cast<std::int64_t>(out.size()) != x.columns || x.columns % kernels::kRowMultiple != 0)
    throw std::invalid_argument("sum and matrix must have the same number of columns, a multiple of 16");
  const auto rows = row_pointers(x, vector_view<const std::int32_t>("ids", ids, Access::kRead), "ids");
  kernels_named(isa).sum_rows(out.data(), rows.data(), static_cast<std::int64_t>(rows.size()), scale,
                              static_cast<int>(x.columns));
}

// Adds a change to rows of a matrix. See kernels::RowChange.
void change_rows(const std::string& isa, const py::object& matrix, const py::object& ids, const py::object& factors,
                 const py::object& after, const py::object& before, float scale) {
  const auto x = matrix_view<float>("matrix", matrix, Access::kWrite);
  const auto rows = row_pointers(x, vector_view<const std::int32_t>("ids", ids, Access::kRead), "ids");
  const auto now = vector_view<const float>("after", after, Access::kRead);
  const auto then = vector_view<const float>("before", before, Access::kRead);
  const float* factor = nullptr;
  if (!factors.is_none()) {
    const auto given = vector_view<const float>("factors", factors, Access::kRead);
    if (given.size() != rows.size()) throw std::invalid_argument("factors must have as many entries as ids");
    factor = given.data();
  }
  if (static_cast<std::int64_t>(now.size()) != x.columns || now.size() != then.size() ||
      x.columns % kernels::kRowMultiple != 0)
    throw std::invalid_argument("after, before and matrix must have the same number of columns, a multiple of 16");
  kernels_named(isa).change_rows({rows.data(), factor, static_cast<std::int64_t>(rows.size()), now.data(), then.data(),
                                  scale, static_cast<int>(x.columns)});
}

// scores: OUT, products of a vector and rows of a matrix.
void dot_rows(const std::string& isa, const py::object& scores, const py::object& vector, const py::object& matrix,
              const py::object& ids) {
  const auto x = matrix_view<float>("matrix", matrix, Access::kWrite);
  const auto v = vector_view<const float>("vector", vector, Access::kRead);
  const auto out = vector_view<float>("scores", scores, Access::kWrite);
  const auto rows = row_pointers(x, vector_view<const std::int32_t>("ids", ids, Access::kRead), "ids");
  if (static_cast<std::int64_t>(v.size()) != x.columns || out.size() != rows.size() ||
      x.columns % kernels::kRowMultiple != 0)
    throw std::invalid_argument("vector and scores must fit matrix and ids, of a multiple of 16 columns");
  kernels_named(isa).dot_rows(out.data(), v.data(), rows.data(), static_cast<std::int64_t>(rows.size()),
                              static_cast<int>(x.columns));
}

// change: INOUT. See kernels::KernelTable.
void update_outputs(const std::string& isa, const py::object& change, const py::object& matrix, const py::object& ids,
                    const py::object& gradients, const py::object& hidden) {
  const auto y = matrix_view<float>("matrix", matrix, Access::kWrite);
  const auto sum = vector_view<float>("change", change, Access::kWrite);
  const auto x = vector_view<const float>("hidden", hidden, Access::kRead);
  const auto g = vector_view<const float>("gradients", gradients, Access::kRead);
  const auto rows = row_pointers(y, vector_view<const std::int32_t>("ids", ids, Access::kRead), "ids");
  if (static_cast<std::int64_t>(sum.size()) != y.columns || sum.size() != x.size() || g.size() != rows.size() ||
      y.columns % kernels::kRowMultiple != 0)
    throw std::invalid_argument("change, hidden and gradients must fit matrix and ids, of a multiple of 16 columns");
  kernels_named(isa).update_outputs(sum.data(), rows.data(), g.data(), x.data(), static_cast<std::int64_t>(rows.size()),
                                    static_cast<int>(y.columns));
}

// codes: OUT (points). points: (count, columns). columns_of_all: (columns, 256). offsets: (256).
void nearest_centroids(const std::string& isa, const py::object& codes, const py::object& points,
                       const py::object& columns_of_all, const py::object& offsets) {
  const auto p = matrix_view<const float>("points", points, Access::kRead);
  const auto c = matrix_view<const float>("columns_of_all", columns_of_all, Access::kRead);
  const auto o = vector_view<const float>("offsets", offsets, Access::kRead);
  const auto out = vector_view<std::uint8_t>("codes", codes, Access::kWrite);
  if (static_cast<std::int64_t>(out.size()) != p.rows || c.rows != p.columns || c.columns != kernels::kCodes ||
      c.pitch != c.columns || static_cast<int>(o.size()) != kernels::kCodes)
    throw std::invalid_argument("codes, points, columns_of_all and offsets must fit");
  kernels_named(isa).nearest_centroids(out.data(), p.data, p.rows,
                                       {c.data, o.data(), static_cast<int>(p.columns), p.pitch});
}

void apply_sigmoid(const std::string& isa, const py::object& values) {
  const auto v = vector_view<float>("values", values, Access::kWrite);
  kernels_named(isa).sigmoid(v.data(), static_cast<std::int64_t>(v.size()));
}

// Rounds rows and queries and writes the products of their integers, shape (queries, whole panels of rows).
void byte_products(const std::string& isa, const py::object& products, const py::object& vectors,
                   const py::object& queries) {
  const auto& table = kernels_named(isa);
  const auto& bytes = kernels::byte_kernels_of(table.isa);
  const auto out = matrix_view<std::int32_t>("products", products, Access::kWrite);
  const auto x = matrix_view<const float>("vectors", vectors, Access::kRead);
  const auto y = matrix_view<const float>("queries", queries, Access::kRead);
  const auto panels = search::panels_of(x.rows);
  if (x.columns != y.columns || out.rows != y.rows || out.columns != panels * kernels::kPanelRows)
    throw std::invalid_argument("products must have the shape (queries, whole panels of vectors)");
  const std::vector<float> ones(static_cast<std::size_t>(x.rows), 1.0f);
  std::vector<std::uint8_t> rounded(static_cast<std::size_t>(panels * kernels::panel_bytes(x.columns)));
  std::vector<float> per_unit(static_cast<std::size_t>(panels * kernels::kPanelRows));
  std::vector<kernels::PanelBounds> bounds(static_cast<std::size_t>(panels));
  search::round_rows(rounded, per_unit, bounds, {x, {}, ones}, {table, 1, &bytes});
  const search::PackedQueries packed(y, 0, y.rows);
  const search::RoundedQueries rounded_queries(packed.block());
  for (std::int64_t panel = 0; panel < panels; panel += kernels::kMaxPanels) {
    const auto first = panel * kernels::kPanelRows;
    const auto count = std::min<std::int64_t>(kernels::kMaxPanels * kernels::kPanelRows, x.rows - first);
    bytes.multiply(out.data + first, out.pitch,
                   {rounded.data() + panel * kernels::panel_bytes(x.columns), per_unit.data() + first,
                    bounds.data() + panel, static_cast<int>(count)},
                   rounded_queries.block());
  }
}

}  // namespace

void register_test_kernels(py::module_& m) {
  auto k = m.def_submodule("kernels", "The kernels of each instruction set.");
  k.def("tag_windows", &tag_windows, py::arg("isa"), py::arg("tag"), py::arg("words"), py::arg("first"),
        py::arg("radii"), py::arg("order"), py::arg("output"), py::arg("output_ids"), py::kw_only(), py::arg("is_mean"),
        py::arg("rate"));
  k.def("tag_words", &tag_words, py::arg("isa"), py::arg("tag"), py::arg("output"), py::arg("output_ids"),
        py::arg("counts"), py::arg("weights"), py::kw_only(), py::arg("rate"));
  k.def("update_window", &update_window, py::arg("isa"), py::arg("architecture"), py::arg("input"),
        py::arg("input_ids"), py::arg("output"), py::arg("output_ids"), py::arg("signs"), py::arg("repeats"),
        py::kw_only(), py::arg("rate"), py::arg("scale") = 1.0f, py::arg("error_scale") = 1.0f,
        py::arg("update_scale") = py::none(), py::arg("is_frozen") = false, py::arg("frozen") = 0,
        py::arg("columns") = 0, py::arg("positions") = 1);
  k.def("sum_rows", &sum_rows, py::arg("isa"), py::arg("sum"), py::arg("matrix"), py::arg("ids"), py::kw_only(),
        py::arg("scale"));
  k.def("change_rows", &change_rows, py::arg("isa"), py::arg("matrix"), py::arg("ids"), py::arg("factors"),
        py::arg("after"), py::arg("before"), py::kw_only(), py::arg("scale"));
  k.def("dot_rows", &dot_rows, py::arg("isa"), py::arg("scores"), py::arg("vector"), py::arg("matrix"), py::arg("ids"));
  k.def("update_outputs", &update_outputs, py::arg("isa"), py::arg("change"), py::arg("matrix"), py::arg("ids"),
        py::arg("gradients"), py::arg("hidden"));
  k.def("nearest_centroids", &nearest_centroids, py::arg("isa"), py::arg("codes"), py::arg("points"),
        py::arg("columns_of_all"), py::arg("offsets"));
  k.def("sigmoid", &apply_sigmoid, py::arg("isa"), py::arg("values"));
  k.def("byte_products", &byte_products, py::arg("isa"), py::arg("products"), py::arg("vectors"), py::arg("queries"));
}

}  // namespace wordkin::bindings
