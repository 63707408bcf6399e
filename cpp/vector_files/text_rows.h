// Rows of vector files as text: a word and its numbers, separated by single spaces, one row a line.
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

// Why a row cannot be read: what, where, and how many numbers were read before.
struct Fault {
  RowFault what;
  std::int64_t row;  // from the start of the block
  WordSpan at;
  std::int64_t numbers;
};

// The rows of a block up to the first fault. Numbers are in the caller's matrix.
struct TextBlock {
  std::int64_t rows = 0;
  std::size_t consumed = 0;  // bytes of these rows
  std::vector<WordSpan> words;
  std::int64_t nonfinite_rows = 0;
  std::int64_t first_nonfinite = -1;
  std::optional<Fault> fault;
};

// With kWord a row is a word and numbers; with kNumbers (projector files) it is numbers only.
enum class RowKind { kWord, kNumbers };

// OUT values: at most values.rows rows are read, values.columns numbers each. IN data: whole lines; the last one may
// lack its newline. Words may contain spaces (GloVe's 840B file): the numbers are then counted from the right. On a
// fault, rows and words stop before it. Lines are shared out over `pool` (nullptr: this thread only).
template <typename T>
TextBlock parse_text_rows(const memory::MatrixView<T>& values, const std::uint8_t* data, std::size_t size, RowKind kind,
                          parallel::ThreadPool* pool);

// Appends rows "prefix word number number ...\n" (kNumbers: numbers only) with `separator` between the parts.
// `offsets` are values.rows + 1 positions in `words`.
template <typename T>
void format_text_rows(std::string& out, const std::string_view prefix, const std::uint8_t* words,
                      const std::int64_t* offsets, const memory::MatrixView<const T>& values, RowKind kind,
                      char separator, parallel::ThreadPool* pool);

}  // namespace wordkin::vector_files
