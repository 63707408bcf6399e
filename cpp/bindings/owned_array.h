// NumPy arrays that take over the memory of a vector, without a copy.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <memory>
#include <utility>
#include <vector>

namespace wordkin::bindings {

template <typename T>
pybind11::array_t<T> owned_array(std::vector<T>&& values) {
  auto owner = std::make_unique<std::vector<T>>(std::move(values));
  const auto size = static_cast<pybind11::ssize_t>(owner->size());
  T* const data = owner->data();
  const pybind11::capsule keeper(owner.get(), [](void* vector) { delete static_cast<std::vector<T>*>(vector); });
  owner.release();  // NOLINT(bugprone-unused-return-value): the capsule deletes it
  return pybind11::array_t<T>(size, data, keeper);
}

}  // namespace wordkin::bindings
