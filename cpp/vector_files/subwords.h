// Vectors of words from the vectors of their subwords, which fastText hashes into buckets.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "memory/matrix_view.h"
#include "parallel/thread_pool.h"
#include "text/subwords.h"

namespace wordkin::vector_files {

using text::SubwordOptions;

// Appends the buckets of the subwords of `word`, in fastText's order and with repetitions.
void append_subwords(std::vector<std::int64_t>& buckets, std::string_view word, const SubwordOptions& options);

// The buckets of the subwords of all words: those of word i are buckets[starts[i]] to buckets[starts[i + 1]].
struct SubwordTable {
  std::vector<std::int64_t> starts;
  std::vector<std::int32_t> buckets;
};

// `offsets` are words + 1 positions in `text`.
SubwordTable subword_table(const std::uint8_t* text, const std::int64_t* offsets, std::int64_t words,
                           const SubwordOptions& options);

// OUT vectors: one row per word, the mean of its row of `word_rows` (unless that view is empty) and the rows of its
// subwords in `bucket_rows`; zeros if a word has neither. May be the same matrix as `word_rows`. `offsets` are
// vectors.rows + 1 positions in `words`.
void average_subwords(const memory::MatrixView<float>& vectors, const std::uint8_t* words, const std::int64_t* offsets,
                      const memory::MatrixView<const float>& word_rows,
                      const memory::MatrixView<const float>& bucket_rows, const SubwordOptions& options,
                      parallel::ThreadPool& pool);

}  // namespace wordkin::vector_files
