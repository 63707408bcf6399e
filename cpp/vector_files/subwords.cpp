#include "vector_files/subwords.h"

#include <algorithm>
#include <string>
#include <utility>

#include "memory/prefetch.h"

namespace wordkin::vector_files {
namespace {

constexpr std::int64_t kWordsPerTask = 512;

void add_row(float* sum, const float* row, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) sum[i] += row[i];
}

}  // namespace

void append_subwords(std::vector<std::int64_t>& buckets, std::string_view word, const SubwordOptions& options) {
  std::string bounded;
  text::for_each_bucket(word, bounded, options, [&](std::int64_t bucket) { buckets.push_back(bucket); });
}

SubwordTable subword_table(const std::uint8_t* text, const std::int64_t* offsets, std::int64_t words,
                           const SubwordOptions& options) {
  SubwordTable table;
  table.starts.reserve(static_cast<std::size_t>(words) + 1);
  table.starts.push_back(0);
  std::vector<std::int64_t> buckets;
  for (std::int64_t i = 0; i < words; ++i) {
    buckets.clear();
    const auto length = static_cast<std::size_t>(offsets[i + 1] - offsets[i]);
    append_subwords(buckets, std::string_view(reinterpret_cast<const char*>(text) + offsets[i], length), options);
    for (const auto bucket : buckets) table.buckets.push_back(static_cast<std::int32_t>(bucket));
    table.starts.push_back(static_cast<std::int64_t>(table.buckets.size()));
  }
  return table;
}

void average_subwords(const memory::MatrixView<float>& vectors, const std::uint8_t* words, const std::int64_t* offsets,
                      const memory::MatrixView<const float>& word_rows,
                      const memory::MatrixView<const float>& bucket_rows, const SubwordOptions& options,
                      parallel::ThreadPool& pool) {
  const auto* text = reinterpret_cast<const char*>(words);
  const std::int64_t tasks = (vectors.rows + kWordsPerTask - 1) / kWordsPerTask;
  pool.parallel_for(static_cast<std::size_t>(tasks), [&](std::size_t task, std::size_t) {
    const std::int64_t first = static_cast<std::int64_t>(task) * kWordsPerTask;
    const std::int64_t last = std::min(vectors.rows, first + kWordsPerTask);
    std::vector<std::int64_t> buckets, next;
    // The rows are scattered over a matrix that exceeds the caches: those of a word are requested one word before.
    const auto prepare = [&](std::int64_t i) {
      next.clear();
      if (i == last) return;
      const auto length = static_cast<std::size_t>(offsets[i + 1] - offsets[i]);
      append_subwords(next, std::string_view(text + offsets[i], length), options);
      for (const auto bucket : next) memory::prefetch(bucket_rows.row(bucket), bucket_rows.columns);
    };
    prepare(first);
    for (std::int64_t i = first; i < last; ++i) {
      std::swap(buckets, next);
      prepare(i + 1);
      float* vector = vectors.row(i);
      auto parts = static_cast<float>(buckets.size());
      if (word_rows.empty()) {
        std::fill_n(vector, vectors.columns, 0.0f);
      } else {
        if (word_rows.row(i) != vector) std::copy_n(word_rows.row(i), vectors.columns, vector);
        ++parts;
      }
      for (const auto bucket : buckets) add_row(vector, bucket_rows.row(bucket), vectors.columns);
      if (parts == 0.0f) continue;
      for (std::int64_t j = 0; j < vectors.columns; ++j) vector[j] /= parts;
    }
  });
}

}  // namespace wordkin::vector_files
