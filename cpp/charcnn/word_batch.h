// A batch of words prepared for the convolution by table lookup.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "memory/matrix_view.h"

namespace wordkin::charcnn {

// The characters for which the lookup table has rows: only those that occur in the batch (a text uses about 60 of 261,
// and training computes a new table in every step), or all.
enum class Coverage { kPresent, kAll };

class WordBatch {
 public:
  // characters: (words, max_characters) ids below `n_characters`; borrowed if the coverage is kAll.
  WordBatch(memory::MatrixView<const std::uint16_t> characters, std::int64_t n_characters, Coverage coverage);

  [[nodiscard]] std::int64_t size() const { return rows_.rows; }
  [[nodiscard]] std::int64_t max_characters() const { return rows_.columns; }
  // The characters of each word as row indices of the table.
  [[nodiscard]] memory::MatrixView<const std::uint16_t> rows() const { return rows_; }
  // The characters of the rows of the table, in ascending order.
  [[nodiscard]] std::span<const std::uint16_t> characters() const { return characters_; }
  // Upper bound of the number of distinct windows of each word. All windows that begin in the padding, or in a run of
  // any other character at the end of the word, are equal, so one of them suffices. (Windows that would extend past the
  // end are included.)
  [[nodiscard]] std::span<const std::uint16_t> distinct_windows() const { return distinct_windows_; }

 private:
  memory::MatrixView<const std::uint16_t> rows_;
  std::vector<std::uint16_t> own_rows_;
  std::vector<std::uint16_t> characters_;
  std::vector<std::uint16_t> distinct_windows_;
};

}  // namespace wordkin::charcnn
