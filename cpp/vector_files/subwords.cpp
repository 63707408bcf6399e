#include "vector_files/subwords.h"

#include <algorithm>
#include <string>

namespace wordkin::vector_files {
namespace {

constexpr std::int64_t kWordsPerTask = 512;
constexpr std::string_view kEndOfSentence = "</s>";  // has no subwords in fastText

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

void add_row(float* sum, const float* row, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) sum[i] += row[i];
}

}  // namespace

std::uint32_t subword_hash(std::string_view bytes) {
  std::uint32_t hash = 2166136261u;
  for (const char byte : bytes) {
    hash ^= static_cast<std::uint32_t>(static_cast<std::int8_t>(byte));
    hash *= 16777619u;
  }
  return hash;
}

void append_subwords(std::vector<std::int64_t>& buckets, std::string_view word, const SubwordOptions& options) {
  if (options.buckets <= 0 || options.max_n <= 0 || word == kEndOfSentence) return;
  std::string bounded(1, '<');
  bounded.append(word);
  bounded.push_back('>');
  for (std::size_t begin = 0; begin < bounded.size(); ++begin) {
    if (continues_character(bounded[begin])) continue;
    std::size_t end = begin;
    for (std::int64_t characters = 1; end < bounded.size() && characters <= options.max_n; ++characters) {
      for (++end; end < bounded.size() && continues_character(bounded[end]);) ++end;
      const bool is_boundary = characters == 1 && (begin == 0 || end == bounded.size());
      if (characters < options.min_n || is_boundary) continue;
      const auto hash = subword_hash(std::string_view(bounded).substr(begin, end - begin));
      buckets.push_back(static_cast<std::int64_t>(hash) % options.buckets);
    }
  }
}

void average_subwords(const memory::MatrixView<float>& vectors, const std::uint8_t* words, const std::int64_t* offsets,
                      const memory::MatrixView<const float>& word_rows,
                      const memory::MatrixView<const float>& bucket_rows, const SubwordOptions& options,
                      parallel::ThreadPool& pool) {
  const auto* text = reinterpret_cast<const char*>(words);
  const std::int64_t tasks = (vectors.rows + kWordsPerTask - 1) / kWordsPerTask;
  pool.parallel_for(static_cast<std::size_t>(tasks), [&](std::size_t task, std::size_t) {
    std::vector<std::int64_t> buckets;
    const std::int64_t first = static_cast<std::int64_t>(task) * kWordsPerTask;
    for (std::int64_t i = first; i < std::min(vectors.rows, first + kWordsPerTask); ++i) {
      buckets.clear();
      const auto length = static_cast<std::size_t>(offsets[i + 1] - offsets[i]);
      append_subwords(buckets, std::string_view(text + offsets[i], length), options);
      float* vector = vectors.row(i);
      std::fill_n(vector, vectors.columns, 0.0f);
      auto parts = static_cast<float>(buckets.size());
      if (!word_rows.empty()) {
        add_row(vector, word_rows.row(i), vectors.columns);
        ++parts;
      }
      for (const auto bucket : buckets) add_row(vector, bucket_rows.row(bucket), vectors.columns);
      if (parts == 0.0f) continue;
      for (std::int64_t j = 0; j < vectors.columns; ++j) vector[j] /= parts;
    }
  });
}

}  // namespace wordkin::vector_files
