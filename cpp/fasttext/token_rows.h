// The rows of each distinct token of an encoded text: looked up and hashed once, not in every epoch.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fasttext/dictionary.h"
#include "memory/huge_pages.h"
#include "text/word_table.h"

namespace wordkin::fasttext {

class TokenRows {
 public:
  // Both are borrowed; tokens are those of the table.
  TokenRows(const Dictionary& dictionary, const text::WordTable& table);

  [[nodiscard]] std::int64_t tokens() const { return static_cast<std::int64_t>(tokens_.size()); }
  // Sets the rows and the labels of a line of tokens.
  void read_line(Line& line, std::span<const std::int32_t> ids) const;

 private:
  struct Token {
    std::int32_t row;   // -1 without a row; a label is kFirstLabel - label
    std::int32_t hash;  // of a word
  };
  static constexpr std::int32_t kNoRow = -1, kDropped = -2, kFirstLabel = -3;

  const Dictionary& dictionary_;
  memory::HugePageVector<Token> tokens_;
  std::vector<std::int64_t> subword_ends_;  // for each token; empty if the model has no subwords
  std::vector<std::int32_t> subword_rows_;
};

}  // namespace wordkin::fasttext
