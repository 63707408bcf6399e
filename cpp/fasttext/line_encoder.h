// Reads labelled text once: the distinct tokens with their counts, and the text as numbers of tokens.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/word_table.h"

namespace wordkin::fasttext {

// Tokens are numbered by first occurrence; line i ends at ends[i].
struct EncodedLines {
  std::vector<std::int32_t> ids;
  std::vector<std::int64_t> ends;
};

// The tokens that become words and labels, each by descending count.
struct ChosenEntries {
  std::vector<std::int32_t> words, labels;
  std::vector<std::int64_t> word_counts, label_counts;
};

struct EntryLimits {
  std::int64_t min_count;
  std::int64_t min_count_label;
};

class LineEncoder {
 public:
  explicit LineEncoder(std::string label_prefix) : label_prefix_(std::move(label_prefix)) {}

  // Reads a part of a text, which may begin and end anywhere between two characters. A line ends with a line feed, or
  // with a word "</s>". Throws text::TextError if the text is not UTF-8, or has a token that is too long.
  void add(std::string_view text);
  // Ends the line that the text has begun.
  void finish();
  // Returns the lines that have ended since the last call.
  EncodedLines take();

  // extra: words that are added if they are missing or not frequent enough; else their count rises by one.
  ChosenEntries choose(const EntryLimits& limits, std::span<const std::string_view> extra);

  [[nodiscard]] const text::WordTable& table() const { return table_; }
  [[nodiscard]] std::span<const std::int64_t> counts() const { return counts_; }
  [[nodiscard]] std::int64_t tokens() const { return tokens_; }
  [[nodiscard]] std::int64_t lines() const { return lines_; }  // without empty ones

 private:
  void add_token(std::string_view token);
  void end_line();
  [[nodiscard]] bool is_label(std::string_view token) const { return token.starts_with(label_prefix_); }

  std::string label_prefix_;
  std::string begun_;  // a token whose end has not been read
  text::WordTable table_;
  std::vector<std::int64_t> counts_;
  std::vector<bool> is_label_;  // of each token
  EncodedLines recent_;
  std::int64_t tokens_ = 0, lines_ = 0;
  std::size_t line_begin_ = 0;
};

}  // namespace wordkin::fasttext
