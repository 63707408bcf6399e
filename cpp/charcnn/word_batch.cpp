#include "charcnn/word_batch.h"

#include <cstddef>
#include <numeric>

namespace wordkin::charcnn {
namespace {

std::uint16_t distinct_windows_of(const std::uint16_t* word, std::int64_t length) {
  std::int64_t run = length - 1;  // start of the run of equal characters at the end
  while (run > 0 && word[run - 1] == word[length - 1]) --run;
  return static_cast<std::uint16_t>(run + 1);
}

std::vector<std::uint16_t> present_characters(memory::MatrixView<const std::uint16_t> words, std::int64_t n) {
  std::vector<char> seen(static_cast<std::size_t>(n));
  for (std::int64_t word = 0; word < words.rows; ++word)
    for (std::int64_t i = 0; i < words.columns; ++i) seen[words.row(word)[i]] = 1;
  std::vector<std::uint16_t> present;
  for (std::int64_t c = 0; c < n; ++c)
    if (seen[static_cast<std::size_t>(c)] != 0) present.push_back(static_cast<std::uint16_t>(c));
  return present;
}

}  // namespace

WordBatch::WordBatch(memory::MatrixView<const std::uint16_t> characters, std::int64_t n_characters, Coverage coverage)
    : rows_(characters), distinct_windows_(static_cast<std::size_t>(characters.rows)) {
  for (std::int64_t word = 0; word < characters.rows; ++word)
    distinct_windows_[static_cast<std::size_t>(word)] = distinct_windows_of(characters.row(word), characters.columns);
  if (coverage == Coverage::kAll) {
    characters_.resize(static_cast<std::size_t>(n_characters));
    std::iota(characters_.begin(), characters_.end(), std::uint16_t{0});
    return;
  }
  characters_ = present_characters(characters, n_characters);
  std::vector<std::uint16_t> row_of(static_cast<std::size_t>(n_characters));
  for (std::size_t row = 0; row < characters_.size(); ++row) row_of[characters_[row]] = static_cast<std::uint16_t>(row);
  own_rows_.reserve(static_cast<std::size_t>(characters.rows * characters.columns));
  for (std::int64_t word = 0; word < characters.rows; ++word)
    for (std::int64_t i = 0; i < characters.columns; ++i) own_rows_.push_back(row_of[characters.row(word)[i]]);
  rows_ = {own_rows_.data(), characters.rows, characters.columns, characters.columns};
}

}  // namespace wordkin::charcnn
