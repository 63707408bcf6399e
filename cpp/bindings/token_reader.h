// Reads the str tokens of Python sentences as UTF-8 words. Needs the interpreter lock throughout.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "text/hashed_word.h"

namespace wordkin::bindings {

// Where a token or sentence was found, for error messages.
struct TokenSource {
  const char* argument = nullptr;  // its name, or null
  std::int64_t sentence = -1;      // its index, or negative for a sentence that was passed alone

  [[nodiscard]] std::string sentence_text() const;
  [[nodiscard]] std::string token_text(pybind11::ssize_t token) const;  // without the argument's name
  [[nodiscard]] std::string prefix() const;                             // the argument's name and a colon, or nothing
};

// The next item of an iterator; null at its end. Exceptions of the iterator are passed on.
pybind11::object next_item(const pybind11::iterator& items);

// The tokens of a sentence as a list or tuple, which PySequence_Fast_ITEMS() and _GET_SIZE() can read. Throws TypeError
// for a str, for bytes and for objects that cannot be iterated. Arrays and scalars of PyArrow become Python objects.
pybind11::object sentence_tokens(const pybind11::handle& given, const TokenSource& source);

// Throws TypeError for a token that is not a str.
void require_str(PyObject* token, pybind11::ssize_t position, const TokenSource& source);

// A token as a word. ASCII, the common case, is read where Python stores it; other tokens are encoded at the end of
// `encoded`, which must have room for 4 bytes per character: words point into it, so it must not be reallocated. Throws
// UnicodeEncodeError for a lone surrogate, text::TextError for a word of more than `max_bytes`.
text::HashedWord read_token(std::vector<char>& encoded, PyObject* token, pybind11::ssize_t position,
                            const TokenSource& source, std::size_t max_bytes, const text::HashSeed& seed);

// The bytes under which `keys`, a mapping, has a token that is not a str, copied to the end of `encoded` as above.
// Throws TypeError with the reason if it has none.
text::HashedWord read_key(std::vector<char>& encoded, const pybind11::object& keys, PyObject* token,
                          pybind11::ssize_t position, const TokenSource& source, std::size_t max_bytes,
                          const text::HashSeed& seed);

// Whether the token is a str with whitespace between other characters.
bool has_whitespace(PyObject* token);

// Prefetches the str a few items after `position`, if the list of `count` items has it: a corpus of Python objects
// exceeds every cache, and its words are scattered all over it. A str begins with its type and length; the characters
// of a short one are in the same cache line or in the next.
inline void prefetch_str_ahead([[maybe_unused]] PyObject* const* items, [[maybe_unused]] pybind11::ssize_t position,
                               [[maybe_unused]] pybind11::ssize_t count) {
#if defined(__GNUC__)
  constexpr pybind11::ssize_t kPrefetchWords = 12;
  constexpr pybind11::ssize_t kCharacters = 48;  // offset of the characters in CPython's compact ASCII str
  if (position + kPrefetchWords >= count) return;
  const auto* const object = reinterpret_cast<const char*>(items[position + kPrefetchWords]);
  __builtin_prefetch(object, 1);  // most reference counts will be written
  __builtin_prefetch(object + kCharacters);
#endif
}

}  // namespace wordkin::bindings
