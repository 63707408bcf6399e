// Rows of binary word2vec files: a word, a space, little-endian float32 values and, in some files, a newline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "memory/matrix_view.h"
#include "vector_files/word_span.h"

namespace wordkin::vector_files {

enum class BinaryFault { kEmptyWord, kLongWord };

// The complete rows of a block, up to the first error.
struct BinaryBlock {
  std::int64_t rows = 0;
  std::size_t consumed = 0;
  std::vector<WordSpan> words;
  std::int64_t nonfinite_rows = 0;
  std::int64_t first_nonfinite = -1;
  std::optional<BinaryFault> fault;
};

// OUT values: at most values.rows rows. Newlines before a word belong to the previous row and are skipped. A row that
// is incomplete at the end of the block is left for the next block, which starts at `consumed`.
BinaryBlock parse_binary_rows(const memory::MatrixView<float>& values, const std::uint8_t* data, std::size_t size,
                              std::size_t max_word_bytes);

// Appends rows of prefix, word, space and values, without newlines, as gensim writes them.
void format_binary_rows(std::string& out, std::string_view prefix, const std::uint8_t* words,
                        const std::int64_t* offsets, const memory::MatrixView<const float>& values);

}  // namespace wordkin::vector_files
