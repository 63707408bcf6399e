// Characters of a Python str as UTF-8, without leaving a copy of the bytes in the str as Python's own conversion does.
#pragma once

#include <pybind11/pybind11.h>

#include <vector>

namespace wordkin::bindings {

inline void append_utf8(std::vector<char>& out, Py_UCS4 c) {
  const auto push = [&out](Py_UCS4 byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    push(c);
  } else if (c < 0x800) {
    push(0xc0 | (c >> 6));
    push(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    push(0xe0 | (c >> 12));
    push(0x80 | ((c >> 6) & 0x3f));
    push(0x80 | (c & 0x3f));
  } else {
    push(0xf0 | (c >> 18));
    push(0x80 | ((c >> 12) & 0x3f));
    push(0x80 | ((c >> 6) & 0x3f));
    push(0x80 | (c & 0x3f));
  }
}

}  // namespace wordkin::bindings
