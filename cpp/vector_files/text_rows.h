// Rows of text vector files: a word and its numbers, separated by single spaces, one row per line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "memory/matrix_view.h"
#include "parallel/thread_pool.h"
#include "vector_files/word_span.h"

namespace wordkin::vector_files {

enum class RowFault { kBlankLine, kEmptyWord, kFewNumbers, kManyFields, kBadNumber };

// Why a row cannot be read: the kind and position of the error, and how many numbers were read before it.
struct Fault {
  RowFault what;
  std::int64_t row;  // index within the block
  WordSpan at;
  std::int64_t numbers;
};

// The rows of a block up to the first error. The numbers are in the caller's matrix.
struct TextBlock {
  std::int64_t rows = 0;
  std::size_t consumed = 0;  // size of these rows in bytes
  std::vector<WordSpan> words;
  std::int64_t nonfinite_rows = 0;
  std::int64_t first_nonfinite = -1;
  std::optional<Fault> fault;
};

// kWord: a row is a word and numbers. kNumbers (projector files): a row consists of numbers only.
enum class RowKind { kWord, kNumbers };

// OUT values: at most values.rows rows with values.columns numbers each. IN data: complete lines; the last one may lack
// its newline. Words may contain spaces (GloVe's 840B file), in which case the numbers are counted from the right;
// several separators before the first number count as one. If there is an error, rows and words end before it. Lines
// are distributed over `pool` (null: this thread only).
template <typename T>
TextBlock parse_text_rows(const memory::MatrixView<T>& values, const std::uint8_t* data, std::size_t size, RowKind kind,
                          parallel::ThreadPool* pool);

// Appends rows "prefix word number number ...\n" (kNumbers: numbers only) with `separator` between the fields.
// `offsets` are values.rows + 1 positions in `words`.
template <typename T>
void format_text_rows(std::string& out, const std::string_view prefix, const std::uint8_t* words,
                      const std::int64_t* offsets, const memory::MatrixView<const T>& values, RowKind kind,
                      char separator, parallel::ThreadPool* pool);

}  // namespace wordkin::vector_files
