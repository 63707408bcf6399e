// Asks the memory for the str objects of a list before they are read: a corpus of Python is larger than any cache, and
// its words lie all over it.
#pragma once

#include <pybind11/pybind11.h>

namespace wordkin::bindings {

// The one `kPrefetchWords` places behind `at`, if the list of `count` items has it. A str begins with its type and
// length; the characters of a short one are in the same cache line or in the next.
inline void prefetch_str_ahead([[maybe_unused]] PyObject* const* items, [[maybe_unused]] pybind11::ssize_t at,
                               [[maybe_unused]] pybind11::ssize_t count) {
#if defined(__GNUC__)
  constexpr pybind11::ssize_t kPrefetchWords = 12;
  constexpr pybind11::ssize_t kCharacters = 48;  // where they begin in CPython's compact ASCII str
  if (at + kPrefetchWords >= count) return;
  const auto* const object = reinterpret_cast<const char*>(items[at + kPrefetchWords]);
  __builtin_prefetch(object, 1);  // the reference count of most will be written
  __builtin_prefetch(object + kCharacters);
#endif
}

}  // namespace wordkin::bindings
