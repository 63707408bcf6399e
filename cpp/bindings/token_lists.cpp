#include "bindings/token_lists.h"

#include <stdexcept>

#include "bindings/utf8_encoding.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

std::string type_name(PyObject* object) { return py::cast<std::string>(py::type::handle_of(object).attr("__name__")); }

std::string shortened(PyObject* string) {
  const auto ascii = py::reinterpret_steal<py::object>(PyObject_ASCII(string));
  if (!ascii) throw py::error_already_set();
  auto text = py::cast<std::string>(ascii);
  if (text.size() > 40) text.replace(37, std::string::npos, "...");
  return text;
}

}  // namespace

TokenLists::TokenLists(py::iterator sentences, std::string name, std::int64_t max_length, Empty empty)
    : sentences_(std::move(sentences)), name_(std::move(name)), max_length_(max_length), empty_(empty) {
  if (max_length_ < 1) throw std::invalid_argument("`max_sentence_length` must be at least 1");
  encoded_.reserve(kBatchBytes);
}

py::object TokenLists::tokens_of(const py::object& sentence) const {
  const std::string place = "`" + name_ + "`: sentence " + std::to_string(sentence_number_);
  if (PyUnicode_Check(sentence.ptr()))
    throw py::type_error(place + " is a str (" + shortened(sentence.ptr()) +
                         "), not a list of tokens: looks like unsplit sentences; give [s.split() for s in ...]");
  const std::string rule = place + " must be a list of str, got " + type_name(sentence.ptr());
  if (PyBytes_Check(sentence.ptr()) || PyByteArray_Check(sentence.ptr())) throw py::type_error(rule);
#if defined(Py_GIL_DISABLED)
  // Without a global lock another thread may edit a list while it is read: read a tuple made from it.
  PyObject* const iterator = PyObject_GetIter(sentence.ptr());
  if (iterator == nullptr) throw py::type_error(rule);
  Py_DECREF(iterator);
  auto tokens = py::reinterpret_steal<py::object>(PySequence_Tuple(sentence.ptr()));
#else
  auto tokens = py::reinterpret_steal<py::object>(PySequence_Fast(sentence.ptr(), rule.c_str()));
#endif
  if (!tokens) throw py::error_already_set();
  return tokens;
}

// ASCII, the most frequent case, is read where Python holds it. Other words are encoded here, not by Python: that would
// leave a copy of the bytes in every str of the caller.
text::HashedWord TokenLists::word_of(PyObject* token, py::ssize_t position) {
  if (!PyUnicode_Check(token))
    throw py::type_error("`" + name_ + "`: " + place(position) + " must be a str, got " + type_name(token));
#if PY_VERSION_HEX < 0x030C0000
  if (PyUnicode_READY(token) != 0) throw py::error_already_set();
#endif
  const py::ssize_t length = PyUnicode_GET_LENGTH(token);
  const auto refuse_length = [&] {
    throw text::TextError(place(position) + " is longer than " + std::to_string(text::kMaxWordBytes) + " bytes", 0);
  };
  if (length > static_cast<py::ssize_t>(text::kMaxWordBytes)) refuse_length();
  if (PyUnicode_IS_COMPACT_ASCII(token))
    return text::hash_word({static_cast<const char*>(PyUnicode_DATA(token)), static_cast<std::size_t>(length)});

  const int kind = PyUnicode_KIND(token);
  const void* const data = PyUnicode_DATA(token);
  const std::size_t start = encoded_.size();
  for (py::ssize_t at = 0; at < length; ++at) {
    const Py_UCS4 character = PyUnicode_READ(kind, data, at);
    if (character >= 0xd800 && character <= 0xdfff) refuse_surrogate(token, position, at);
    append_utf8(encoded_, character);
  }
  const std::size_t bytes = encoded_.size() - start;
  if (bytes > text::kMaxWordBytes) refuse_length();
  return text::hash_word({encoded_.data() + start, bytes});
}

void TokenLists::refuse_surrogate(PyObject* token, py::ssize_t position, py::ssize_t at) const {
  const std::string reason =
      "surrogates not allowed (`" + name_ + "`: " + place(position) + ", " + shortened(token) + ")";
  const py::object error =
      py::reinterpret_borrow<py::object>(PyExc_UnicodeEncodeError)("utf-8", py::handle(token), at, at + 1, reason);
  PyErr_SetObject(PyExc_UnicodeEncodeError, error.ptr());
  throw py::error_already_set();
}

}  // namespace wordkin::bindings
