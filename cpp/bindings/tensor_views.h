// NumPy arrays of any shape, given by name in a dictionary, as flat views: checked once, named in the error.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
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

// All elements of an array of exactly this shape, C-contiguous.
template <typename T>
std::span<T> tensor_view(const std::string& name, const pybind11::handle& object, std::span<const std::int64_t> shape,
                         Access access) {
  const pybind11::array array =
      checked_array<std::remove_const_t<T>>(name.c_str(), object, static_cast<pybind11::ssize_t>(shape.size()), access);
  const std::vector<std::int64_t> given(array.shape(), array.shape() + array.ndim());
  if (!std::equal(given.begin(), given.end(), shape.begin()))
    throw pybind11::value_error("`" + name + "` must have the shape " + shape_text(shape) + ", got " +
                                shape_text(given));
  if (!(array.flags() & pybind11::array::c_style)) refuse(name.c_str(), "C-contiguous", "other strides");
  return {const_cast<T*>(static_cast<const T*>(array.data())), static_cast<std::size_t>(array.size())};
}

}  // namespace wordkin::bindings
