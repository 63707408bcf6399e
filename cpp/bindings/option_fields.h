// Fields of option dataclasses, checked: what is wrong names the field, its rule and the value.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "charcnn/shape.h"

namespace wordkin::bindings {

inline constexpr std::int64_t kMostWidth = 1 << 20;  // of any layer: products of two of them stay far below 2^63
inline constexpr std::int64_t kMostLayers = 64;

// Throws std::invalid_argument.
[[noreturn]] void refuse_option(const char* name, const std::string& rule, const pybind11::object& value);

std::int64_t whole_number(const pybind11::object& options, const char* name, std::int64_t least, std::int64_t most);
double not_negative(const pybind11::object& options, const char* name);
double dropout_rate(const pybind11::object& options, const char* name);
// Pairs of a width and a number, none wider than a word.
std::vector<charcnn::Filter> filters_from(const pybind11::object& options, const char* word_length,
                                          std::int64_t max_characters);

template <typename Choice>
Choice choice(const pybind11::object& options, const char* name,
              const std::vector<std::pair<const char*, Choice>>& choices) {
  const pybind11::object value = options.attr(name);
  const auto text = value.cast<std::string>();
  std::string names;
  for (const auto& [known, meant] : choices) {
    if (text == known) return meant;
    names += (names.empty() ? "" : " or ") + std::string(known);
  }
  refuse_option(name, names, value);
}

}  // namespace wordkin::bindings
