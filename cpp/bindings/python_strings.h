// Conversions between Python str objects and UTF-8.
#pragma once

#include <pybind11/pybind11.h>

#include <string_view>
#include <vector>

namespace wordkin::bindings {

inline pybind11::str str_from_utf8(std::string_view text) { return {text.data(), text.size()}; }

inline bool is_surrogate(Py_UCS4 character) { return character >= 0xd800 && character <= 0xdfff; }

// Encodes one character. Python's own conversion would leave a cached copy of the bytes in every str of the caller.
inline void append_utf8(std::vector<char>& out, Py_UCS4 character) {
  const auto push = [&out](Py_UCS4 byte) { out.push_back(static_cast<char>(byte)); };
  if (character < 0x80) {
    push(character);
  } else if (character < 0x800) {
    push(0xc0 | (character >> 6));
    push(0x80 | (character & 0x3f));
  } else if (character < 0x10000) {
    push(0xe0 | (character >> 12));
    push(0x80 | ((character >> 6) & 0x3f));
    push(0x80 | (character & 0x3f));
  } else {
    push(0xf0 | (character >> 18));
    push(0x80 | ((character >> 12) & 0x3f));
    push(0x80 | ((character >> 6) & 0x3f));
    push(0x80 | (character & 0x3f));
  }
}

}  // namespace wordkin::bindings
