// Flat views of named NumPy arrays of any shape, and of the arrays in a dictionary.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bindings/array_views.h"

namespace wordkin::bindings {

inline std::string shape_text(std::span<const std::int64_t> shape) {
  std::string text;
  for (const std::int64_t size : shape) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "(" + text + (shape.size() == 1 ? ",)" : ")");
}

// All elements of a C-contiguous array of exactly this shape.
template <typename T>
std::span<T> tensor_view(const std::string& name, const pybind11::handle& object, std::span<const std::int64_t> shape,
                         Access access) {
  const pybind11::array array =
      checked_array<std::remove_const_t<T>>(name.c_str(), object, static_cast<pybind11::ssize_t>(shape.size()), access);
  const std::vector<std::int64_t> given(array.shape(), array.shape() + array.ndim());
  if (!std::equal(given.begin(), given.end(), shape.begin()))
    throw pybind11::value_error(name + " must have the shape " + shape_text(shape) + ", got " + shape_text(given));
  if (!(array.flags() & pybind11::array::c_style)) refuse(name.c_str(), "C-contiguous", "other strides");
  return {const_cast<T*>(static_cast<const T*>(array.data())), static_cast<std::size_t>(array.size())};
}

// The entry of a dictionary that must have it. dictionary: its name in errors.
inline pybind11::object required_entry(const char* dictionary, const pybind11::dict& arrays, const std::string& name) {
  if (!arrays.contains(name)) throw pybind11::value_error(std::string(dictionary) + " lacks " + name);
  return arrays[pybind11::str(name)];
}

inline void require_entries(const char* dictionary, const pybind11::dict& arrays, std::size_t count) {
  if (arrays.size() != count)
    throw pybind11::value_error(std::string(dictionary) + " must contain " + std::to_string(count) + " tensors, got " +
                                std::to_string(arrays.size()));
}

}  // namespace wordkin::bindings
