// Words of Python as rows of character ids, as a character-level model reads them.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace wordkin::bindings {

// The ids that are no bytes. Which numbers they have is said in Python, once.
struct CharacterFrame {
  std::uint16_t begin_word;
  std::uint16_t end_word;
  std::uint16_t padding;
  // Words that are one character of their own, such as the marks of a sentence's ends.
  std::vector<std::pair<std::string, std::uint16_t>> whole_words;
};

// rows: OUT (words, max_characters) uint16: begin_word, the word's UTF-8 bytes without its lone surrogates, at most
// max_characters - 2 of them, end_word, padding. With `whole_characters` the cut falls between characters. words: str.
void fill_character_rows(const pybind11::object& rows, const pybind11::tuple& words, const CharacterFrame& frame,
                         bool whole_characters);

}  // namespace wordkin::bindings
