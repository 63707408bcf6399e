// Views of NumPy arrays: checked once, never copied. Errors name the argument.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <span>
#include <string>

#include "memory/matrix_view.h"

namespace wordkin::bindings {

enum class Access { kRead, kWrite };

template <typename T>
std::string dtype_name() {
  return pybind11::cast<std::string>(pybind11::str(static_cast<pybind11::object>(pybind11::dtype::of<T>())));
}

inline std::string type_name(const pybind11::handle& object) {
  return pybind11::cast<std::string>(pybind11::type::handle_of(object).attr("__name__"));
}

// Throws TypeError.
[[noreturn]] inline void refuse(const char* name, const std::string& rule, const std::string& given) {
  throw pybind11::type_error(std::string(name) + " must be " + rule + ", got " + given);
}

inline pybind11::array as_array(const char* name, const pybind11::handle& object) {
  if (!pybind11::isinstance<pybind11::array>(object)) refuse(name, "a NumPy array", type_name(object));
  return pybind11::reinterpret_borrow<pybind11::array>(object);
}

template <typename T>
pybind11::array checked_array(const char* name, const pybind11::handle& object, pybind11::ssize_t dimensions,
                              Access access) {
  pybind11::array array = as_array(name, object);
  if (!array.dtype().is(pybind11::dtype::of<T>()) && !array.dtype().equal(pybind11::dtype::of<T>()))
    refuse(name, dtype_name<T>(), pybind11::cast<std::string>(pybind11::str(array.dtype())));
  if (array.ndim() != dimensions)
    refuse(name, std::to_string(dimensions) + "-dimensional", std::to_string(array.ndim()) + " dimensions");
  if (access == Access::kWrite && !array.writeable()) refuse(name, "writeable", "a read-only array");
  if (reinterpret_cast<std::uintptr_t>(array.data()) % alignof(T) != 0) refuse(name, "aligned", "an unaligned array");
  return array;
}

// A contiguous vector.
template <typename T>
std::span<T> vector_view(const char* name, const pybind11::handle& object, Access access) {
  pybind11::array array = checked_array<std::remove_const_t<T>>(name, object, 1, access);
  if (array.size() > 1 && array.strides(0) != static_cast<pybind11::ssize_t>(sizeof(T)))
    refuse(name, "contiguous", "a strided array");
  return {const_cast<T*>(static_cast<const T*>(array.data())), static_cast<std::size_t>(array.size())};
}

// A matrix with contiguous rows that do not overlap.
template <typename T>
memory::MatrixView<T> matrix_view(const char* name, const pybind11::handle& object, Access access) {
  pybind11::array array = checked_array<std::remove_const_t<T>>(name, object, 2, access);
  constexpr auto size = static_cast<pybind11::ssize_t>(sizeof(T));
  const pybind11::ssize_t row_stride = array.strides(0);
  if (array.size() > 0 && ((array.shape(1) > 1 && array.strides(1) != size) ||
                           (array.shape(0) > 1 && (row_stride % size != 0 || row_stride < array.shape(1) * size))))
    refuse(name, "row-major with contiguous rows", "other strides");
  const pybind11::ssize_t pitch = array.shape(0) > 1 ? row_stride / size : array.shape(1);
  return {const_cast<T*>(static_cast<const T*>(array.data())), array.shape(0), array.shape(1), pitch};
}

}  // namespace wordkin::bindings
