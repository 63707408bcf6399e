// Conversion of Python's option dataclasses. Python alone defines their defaults and ranges and has checked them. The
// checks here only keep the conversion and the allocation of memory safe.
#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "charcnn/shape.h"
#include "linalg/compute.h"

namespace wordkin::bindings {

// The names that Python uses for the values of an enumeration.
template <typename Choice, std::size_t n>
using ChoiceNames = std::array<std::pair<const char*, Choice>, n>;

inline constexpr ChoiceNames<linalg::Precision, 3> kPrecisionNames{{{"float32", linalg::Precision::kFloat32},
                                                                    {"bfloat16", linalg::Precision::kBfloat16},
                                                                    {"int8", linalg::Precision::kInt8}}};
inline constexpr ChoiceNames<linalg::Precision, 2> kTrainingPrecisionNames{{kPrecisionNames[0], kPrecisionNames[1]}};

template <typename T>
T field(const pybind11::object& options, const char* name) {
  return options.attr(name).cast<T>();
}

// A number of rows, columns or elements.
inline std::int64_t size_field(const pybind11::object& options, const char* name) {
  const auto size = field<std::int64_t>(options, name);
  if (size < 0) throw std::invalid_argument(std::string(name) + " must not be negative");
  return size;
}

template <typename Choice, std::size_t n>
Choice choice_named(const char* option, const std::string& given, const ChoiceNames<Choice, n>& names) {
  std::string known;
  for (const auto& [name, choice] : names) {
    if (given == name) return choice;
    known += (known.empty() ? "" : " or ") + std::string(name);
  }
  throw std::invalid_argument(std::string(option) + " must be " + known + ", got " + given);
}

template <typename Choice, std::size_t n>
Choice choice_field(const pybind11::object& options, const char* name, const ChoiceNames<Choice, n>& names) {
  return choice_named(name, field<std::string>(options, name), names);
}

// The inverse, for tests that read options back.
template <typename Choice, std::size_t n>
std::string name_of_choice(Choice choice, const ChoiceNames<Choice, n>& names) {
  for (const auto& [name, known] : names)
    if (known == choice) return name;
  throw std::invalid_argument("a value of an enumeration has no name");
}

// Pairs of a width and a count. A filter wider than a word would be read beyond the word's end.
inline std::vector<charcnn::Filter> filters_field(const pybind11::object& options, std::int64_t max_characters) {
  std::vector<charcnn::Filter> filters;
  for (const auto& [width, count] : field<std::vector<std::pair<std::int64_t, std::int64_t>>>(options, "filters")) {
    if (width < 1 || width > max_characters || count < 1)
      throw std::invalid_argument("filters must have positive widths of at most " + std::to_string(max_characters) +
                                  " and positive counts");
    filters.push_back({width, count});
  }
  return filters;
}

}  // namespace wordkin::bindings
