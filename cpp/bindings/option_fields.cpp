#include "bindings/option_fields.h"

#include <pybind11/stl.h>

#include <cmath>
#include <stdexcept>

namespace py = pybind11;

namespace wordkin::bindings {

void refuse_option(const char* name, const std::string& rule, const py::object& value) {
  throw std::invalid_argument("`" + std::string(name) + "` must be " + rule + ", got " +
                              py::cast<std::string>(py::repr(value)));
}

std::int64_t whole_number(const py::object& o, const char* name, std::int64_t least, std::int64_t most) {
  const py::object value = o.attr(name);
  const auto number = value.cast<std::int64_t>();
  if (number < least || number > most)
    refuse_option(name, "between " + std::to_string(least) + " and " + std::to_string(most), value);
  return number;
}

double not_negative(const py::object& o, const char* name) {
  const py::object value = o.attr(name);
  const auto number = value.cast<double>();
  if (!(number >= 0.0) || std::isinf(number)) refuse_option(name, "finite and not negative", value);
  return number;
}

double dropout_rate(const py::object& o, const char* name) {
  const double rate = not_negative(o, name);
  if (rate >= 1.0) refuse_option(name, "below 1", o.attr(name));
  return rate;
}

std::vector<charcnn::Filter> filters_from(const py::object& o, const char* word_length, std::int64_t max_characters) {
  const py::object value = o.attr("filters");
  std::vector<charcnn::Filter> filters;
  for (const auto& [width, count] : value.cast<std::vector<std::pair<std::int64_t, std::int64_t>>>()) {
    if (width < 1 || width > max_characters)
      refuse_option("filters", "no wider than `" + std::string(word_length) + "`, " + std::to_string(max_characters),
                    value);
    if (count < 1 || count > kMostWidth) refuse_option("filters", "pairs of a width and a number of filters", value);
    filters.push_back({width, count});
  }
  return filters;
}

}  // namespace wordkin::bindings
