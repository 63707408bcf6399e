#include "bindings/character_rows.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string_view>

#include "bindings/array_views.h"
#include "bindings/python_strings.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

bool is_ascii(PyObject* word) { return PyUnicode_IS_ASCII(word) != 0; }

std::string_view ascii_of(PyObject* word) {
  return {static_cast<const char*>(PyUnicode_DATA(word)), static_cast<std::size_t>(PyUnicode_GET_LENGTH(word))};
}

// The id of a word that is represented by a single id, or null.
const std::uint16_t* single_id(PyObject* word, const CharacterFrame& frame) {
  if (!is_ascii(word)) return nullptr;
  for (const auto& [name, id] : frame.whole_words)
    if (name == ascii_of(word)) return &id;
  return nullptr;
}

// At most `max_bytes` leading bytes of a str. ASCII is read where Python stores it; other words are encoded into
// `buffer`, no further than needed: a word of a million characters costs no more than one of fifty.
std::string_view first_bytes(PyObject* word, std::size_t max_bytes, bool whole_characters, std::vector<char>& buffer) {
  if (is_ascii(word)) return ascii_of(word).substr(0, max_bytes);
  const int kind = PyUnicode_KIND(word);
  const void* const data = PyUnicode_DATA(word);
  const py::ssize_t length = PyUnicode_GET_LENGTH(word);
  buffer.clear();
  std::size_t fitting = 0;  // bytes of the characters that fit completely
  for (py::ssize_t at = 0; at < length && buffer.size() < max_bytes; ++at) {
    const Py_UCS4 character = PyUnicode_READ(kind, data, at);
    if (is_surrogate(character)) continue;
    append_utf8(buffer, character);
    if (buffer.size() <= max_bytes) fitting = buffer.size();
  }
  return {buffer.data(), whole_characters ? fitting : std::min(max_bytes, buffer.size())};
}

class RowWriter {
 public:
  RowWriter(std::span<std::uint16_t> row, const CharacterFrame& frame) : row_(row), frame_(frame) {
    write(frame.begin_word);
  }
  void write(std::uint16_t id) { row_[at_++] = id; }
  void write(std::string_view bytes) {
    for (const char byte : bytes) write(static_cast<unsigned char>(byte));
  }
  void close() {
    write(frame_.end_word);
    std::fill(row_.begin() + static_cast<std::ptrdiff_t>(at_), row_.end(), frame_.padding);
  }

 private:
  std::span<std::uint16_t> row_;
  const CharacterFrame& frame_;
  std::size_t at_ = 0;
};

}  // namespace

void fill_character_rows(const py::object& rows, const py::tuple& words, const CharacterFrame& frame,
                         bool whole_characters) {
  const auto out = matrix_view<std::uint16_t>("rows", rows, Access::kWrite);
  if (out.rows != static_cast<std::int64_t>(words.size()) || out.columns < 3)
    throw std::invalid_argument("rows must have one row per word and at least 3 columns");
  const auto columns = static_cast<std::size_t>(out.columns);
  std::vector<char> buffer;
  for (std::int64_t i = 0; i < out.rows; ++i) {
    PyObject* const word = PyTuple_GET_ITEM(words.ptr(), static_cast<py::ssize_t>(i));
    if (!PyUnicode_Check(word))
      throw py::type_error("words[" + std::to_string(i) + "] must be a str, got " + type_name(word));
#if PY_VERSION_HEX < 0x030C0000
    if (PyUnicode_READY(word) != 0) throw py::error_already_set();
#endif
    RowWriter writer({out.row(i), columns}, frame);
    if (const auto* const id = single_id(word, frame)) {
      writer.write(*id);
    } else {
      writer.write(first_bytes(word, columns - 2, whole_characters, buffer));
    }
    writer.close();
  }
}

}  // namespace wordkin::bindings
