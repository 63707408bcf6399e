// Words as the convolution by lookup reads them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "memory/matrix_view.h"

namespace wordkin::charcnn {

// Which characters the lookup table has rows for: those of these words only (a text uses about 60 of 261, and training
// makes a new table every step), or all.
enum class Coverage { kPresent, kAll };

class WordBatch {
 public:
  // characters: (words, max_characters) ids below `n_characters`; borrowed where the coverage is kAll.
  WordBatch(memory::MatrixView<const std::uint16_t> characters, std::int64_t n_characters, Coverage coverage);

  [[nodiscard]] std::int64_t size() const { return rows_.rows; }
  [[nodiscard]] std::int64_t max_characters() const { return rows_.columns; }
  // Each word's characters as rows of the table.
  [[nodiscard]] memory::MatrixView<const std::uint16_t> rows() const { return rows_; }
  // The characters that the rows of the table stand for, in rising order.
  [[nodiscard]] std::span<const std::uint16_t> characters() const { return characters_; }
  // How many windows of a word differ at most. Those that begin in its padding, or in whatever single character fills
  // its end, are all the same: one of them is enough. (Windows that would reach behind the end are counted as well.)
  [[nodiscard]] std::span<const std::uint16_t> distinct_windows() const { return distinct_windows_; }

 private:
  memory::MatrixView<const std::uint16_t> rows_;
  std::vector<std::uint16_t> own_rows_;
  std::vector<std::uint16_t> characters_;
  std::vector<std::uint16_t> distinct_windows_;
};

}  // namespace wordkin::charcnn
