// The words and labels of a fastText model, and the rows of the input matrix that belong to words and lines.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fasttext/pruned_buckets.h"
#include "text/subwords.h"
#include "text/word_table.h"

namespace wordkin::fasttext {

inline constexpr std::string_view kLabelPrefix = "__label__";

struct DictionaryOptions {
  std::int64_t words;    // entries before the labels
  std::int64_t min_n;    // characters
  std::int64_t max_n;    // 0: words have no subwords
  std::int64_t buckets;  // of subwords and of word n-grams
  std::int64_t word_ngrams;
  std::string label_prefix = std::string(kLabelPrefix);  // other words with this prefix are left out
  std::int64_t hash_count = 0;  // of floret, whose words have no rows before the buckets; 0 for fastText
};

// fastText separates words by these bytes only, whatever the encoding.
inline bool is_separator(char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r') || byte == '\0'; }

// A line of text as rows of the input matrix and labels, and memory that is reused for the next line.
struct Line {
  std::vector<std::int32_t> rows;
  std::vector<std::int32_t> labels;  // indices among the labels
  std::vector<std::int32_t> hashes;  // of the words, for their n-grams
  std::string bounded;
};

enum class LineEnd { kLineFeed, kNone };

class Dictionary {
 public:
  // The entries: the words, by row, and then the labels. Entry i spans offsets[i] to offsets[i + 1]. pruned: pairs of a
  // bucket and its row after the words; nothing for a model that has all its buckets.
  Dictionary(std::string_view entries, std::span<const std::int64_t> offsets, const DictionaryOptions& options,
             std::optional<std::span<const std::int32_t>> pruned);

  [[nodiscard]] const DictionaryOptions& options() const { return options_; }
  // Returns the index of a word or label, or -1.
  [[nodiscard]] std::int32_t find(std::string_view entry) const;

  // Appends the rows of a word: its own, if it has one, and those of its subwords.
  void append_word(std::vector<std::int32_t>& rows, std::string_view word, std::string& bounded) const;
  // The row of a subword between the words' rows and the end of the matrix; -1 if it is not kept.
  [[nodiscard]] std::int32_t row_of_bucket(std::int64_t bucket) const;

  // Reads the first line of `text`: up to a line feed or a word "</s>". A line feed, in the text or by `end`, counts as
  // a word "</s>". Words without rows are left out, and so are labels that the model does not have.
  void read_line(Line& line, std::string_view text, LineEnd end) const;
  // Appends the rows of the n-grams of the words whose hashes the line has.
  void append_word_ngrams(Line& line) const;

 private:
  void add_token(Line& line, std::string_view token) const;
  void append_known(std::vector<std::int32_t>& rows, std::int32_t index, std::string_view word,
                    std::string& bounded) const;

  DictionaryOptions options_;
  text::SubwordOptions subwords_;
  text::WordTable table_;
  std::vector<std::int32_t> entry_of_;  // by id of the table; a repeated entry has the last index
  std::optional<PrunedBuckets> pruned_;
};

}  // namespace wordkin::fasttext
