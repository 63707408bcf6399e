// Words as rows of character ids, the input of a character-level model.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace wordkin::bindings {

// The ids that are not bytes; Python defines their values.
struct CharacterFrame {
  std::uint16_t begin_word;
  std::uint16_t end_word;
  std::uint16_t padding;
  // Words represented by a single id, such as the sentence-boundary markers.
  std::vector<std::pair<std::string, std::uint16_t>> whole_words;
};

// rows: OUT (words, max_characters) uint16: begin_word, at most max_characters - 2 UTF-8 bytes of the word without its
// lone surrogates, end_word, padding. With `whole_characters` a long word is cut between characters. words: IN str.
void fill_character_rows(const pybind11::object& rows, const pybind11::tuple& words, const CharacterFrame& frame,
                         bool whole_characters);

}  // namespace wordkin::bindings
