#include "bindings/token_reader.h"

#include "bindings/array_views.h"
#include "bindings/gil.h"
#include "bindings/python_strings.h"
#include "text/sentence_splitter.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

std::string shortened(PyObject* string) {
  const auto ascii = py::reinterpret_steal<py::object>(PyObject_ASCII(string));
  if (!ascii) throw py::error_already_set();
  auto text = py::cast<std::string>(ascii);
  if (text.size() > 40) text.replace(37, std::string::npos, "...");
  return text;
}

[[noreturn]] void refuse_surrogate(PyObject* token, py::ssize_t position, py::ssize_t at, const TokenSource& source) {
  const std::string reason =
      "surrogates not allowed (" + source.prefix() + source.token_text(position) + ", " + shortened(token) + ")";
  const py::object error =
      py::reinterpret_borrow<py::object>(PyExc_UnicodeEncodeError)("utf-8", py::handle(token), at, at + 1, reason);
  PyErr_SetObject(PyExc_UnicodeEncodeError, error.ptr());
  throw py::error_already_set();
}

// The method with which arrays and scalars of PyArrow return Python objects; null for other objects. It is looked up in
// the type, so that no attribute of a user's object is computed.
const char* arrow_conversion(PyObject* value) {
  if (PyUnicode_Check(value) || PyList_Check(value) || PyTuple_Check(value)) return nullptr;
  const py::handle type(reinterpret_cast<PyObject*>(Py_TYPE(value)));
  for (const char* const name : {"to_pylist", "as_py"})
    if (py::hasattr(type, name)) return name;
  return nullptr;
}

bool is_arrow_value(PyObject* value) { return arrow_conversion(value) != nullptr; }

py::object plain_value(const py::handle& value) {
  const char* const conversion = arrow_conversion(value.ptr());
  if (conversion == nullptr) return py::reinterpret_borrow<py::object>(value);
  const py::str method(conversion);
  auto plain = py::reinterpret_steal<py::object>(
      call_python([object = value.ptr(), name = method.ptr()] { return PyObject_CallMethodNoArgs(object, name); }));
  if (!plain) throw py::error_already_set();
  return plain;
}

[[noreturn]] void refuse_length(py::ssize_t position, const TokenSource& source, std::size_t max_bytes) {
  throw text::TextError(source.token_text(position) + " is longer than " + std::to_string(max_bytes) + " bytes", 0);
}

}  // namespace

std::string TokenSource::sentence_text() const {
  return sentence < 0 ? "a sentence" : "sentence " + std::to_string(sentence);
}

std::string TokenSource::token_text(py::ssize_t token) const {
  return "token " + std::to_string(token) + " of " + sentence_text();
}

std::string TokenSource::prefix() const { return argument == nullptr ? std::string() : std::string(argument) + ": "; }

py::object next_item(const py::iterator& items) {
  auto item =
      py::reinterpret_steal<py::object>(call_python([iterator = items.ptr()] { return PyIter_Next(iterator); }));
  if (!item && PyErr_Occurred() != nullptr) throw py::error_already_set();
  return item;
}

py::object sentence_tokens(const py::handle& given, const TokenSource& source) {
  const py::object sentence = plain_value(given);
  const std::string location = source.prefix() + source.sentence_text();
  if (PyUnicode_Check(sentence.ptr()))
    throw py::type_error(location + " must be a list of str, got a str (" + shortened(sentence.ptr()) +
                         "), which looks like an unsplit sentence: pass [s.split() for s in ...]");
  const std::string rule = location + " must be a list of str, got " + type_name(sentence);
  if (PyBytes_Check(sentence.ptr()) || PyByteArray_Check(sentence.ptr())) throw py::type_error(rule);
#if defined(Py_GIL_DISABLED)
  // Without a global lock another thread may change a list while it is read, so a tuple made from it is read instead.
  PyObject* const iterator = call_python([object = sentence.ptr()] { return PyObject_GetIter(object); });
  if (iterator == nullptr) throw py::type_error(rule);
  Py_DECREF(iterator);
  auto tokens =
      py::reinterpret_steal<py::object>(call_python([object = sentence.ptr()] { return PySequence_Tuple(object); }));
#else
  auto tokens = py::reinterpret_steal<py::object>(
      call_python([object = sentence.ptr(), message = rule.c_str()] { return PySequence_Fast(object, message); }));
#endif
  if (!tokens) throw py::error_already_set();
  // A list made from an array of PyArrow holds its scalars; the first item shows it.
  if (PySequence_Fast_GET_SIZE(tokens.ptr()) == 0 || !is_arrow_value(PySequence_Fast_GET_ITEM(tokens.ptr(), 0)))
    return tokens;
  py::list plain;
  for (py::ssize_t position = 0; position < PySequence_Fast_GET_SIZE(tokens.ptr()); ++position)
    plain.append(plain_value(PySequence_Fast_GET_ITEM(tokens.ptr(), position)));
  return plain;
}

void require_str(PyObject* token, py::ssize_t position, const TokenSource& source) {
  if (!PyUnicode_Check(token))
    throw py::type_error(source.prefix() + source.token_text(position) + " must be a str, got " + type_name(token));
#if PY_VERSION_HEX < 0x030C0000
  if (PyUnicode_READY(token) != 0) throw py::error_already_set();
#endif
}

text::HashedWord read_token(std::vector<char>& encoded, PyObject* token, py::ssize_t position,
                            const TokenSource& source, std::size_t max_bytes, const text::HashSeed& seed) {
  const py::ssize_t length = PyUnicode_GET_LENGTH(token);
  if (static_cast<std::size_t>(length) > max_bytes) refuse_length(position, source, max_bytes);
  if (PyUnicode_IS_COMPACT_ASCII(token))
    return text::hash_word({static_cast<const char*>(PyUnicode_DATA(token)), static_cast<std::size_t>(length)}, seed);
  const int kind = PyUnicode_KIND(token);
  const void* const data = PyUnicode_DATA(token);
  const std::size_t start = encoded.size();
  for (py::ssize_t at = 0; at < length; ++at) {
    const Py_UCS4 character = PyUnicode_READ(kind, data, at);
    if (is_surrogate(character)) refuse_surrogate(token, position, at, source);
    append_utf8(encoded, character);
  }
  const std::size_t bytes = encoded.size() - start;
  if (bytes > max_bytes) refuse_length(position, source, max_bytes);
  return text::hash_word({encoded.data() + start, bytes}, seed);
}

text::HashedWord read_key(std::vector<char>& encoded, const py::object& keys, PyObject* token, py::ssize_t position,
                          const TokenSource& source, std::size_t max_bytes, const text::HashSeed& seed) {
  const auto key = py::reinterpret_steal<py::object>(
      call_python([mapping = keys.ptr(), token] { return PyObject_GetItem(mapping, token); }));
  if (!key) {
    const py::error_already_set error;
    if (!error.matches(PyExc_TypeError) && !error.matches(PyExc_ValueError)) throw error;
    throw py::type_error(source.prefix() + source.token_text(position) +
                         " must be a str, a number or another hashable value, got " + type_name(token) + " (" +
                         py::cast<std::string>(py::str(error.value())) + ")");
  }
  const auto bytes = py::cast<std::string_view>(key);
  if (bytes.size() > max_bytes) refuse_length(position, source, max_bytes);
  const std::size_t start = encoded.size();
  encoded.insert(encoded.end(), bytes.begin(), bytes.end());
  return text::hash_word({encoded.data() + start, bytes.size()}, seed);
}

bool has_whitespace(PyObject* token) {
  if (!PyUnicode_Check(token)) return false;
  const py::ssize_t length = PyUnicode_GET_LENGTH(token);
  const int kind = PyUnicode_KIND(token);
  const void* const data = PyUnicode_DATA(token);
  bool after_word = false;
  bool after_whitespace = false;
  for (py::ssize_t at = 0; at < length; ++at) {
    const bool is_space = Py_UNICODE_ISSPACE(PyUnicode_READ(kind, data, at)) != 0;
    if (after_whitespace && !is_space) return true;
    after_word = after_word || !is_space;
    after_whitespace = after_word && is_space;
  }
  return false;
}

}  // namespace wordkin::bindings
