#include "fasttext/token_rows.h"

#include <string>
#include <string_view>

#include "text/subwords.h"

namespace wordkin::fasttext {

TokenRows::TokenRows(const Dictionary& dictionary, const text::WordTable& table) : dictionary_(dictionary) {
  const DictionaryOptions& options = dictionary.options();
  const bool has_subwords = options.max_n > 0 && options.buckets > 0;
  const std::size_t count = table.size();
  tokens_.reserve(count);
  if (has_subwords) subword_ends_.reserve(count);
  std::vector<std::int32_t> rows;
  std::string bounded;
  for (std::size_t id = 0; id < count; ++id) {
    const std::string_view token = table.word(static_cast<std::int32_t>(id));
    const std::int32_t index = dictionary.find(token);
    Token own{kNoRow, static_cast<std::int32_t>(text::subword_hash(token))};
    if (index >= options.words) {
      own.row = kFirstLabel - (index - static_cast<std::int32_t>(options.words));
    } else if (index < 0 && token.starts_with(options.label_prefix)) {
      own.row = kDropped;
    } else {
      own.row = index;
      rows.clear();
      if (has_subwords) dictionary.append_word(rows, token, bounded);
      subword_rows_.insert(subword_rows_.end(), rows.begin() + (index >= 0 && has_subwords ? 1 : 0), rows.end());
    }
    tokens_.push_back(own);
    if (has_subwords) subword_ends_.push_back(static_cast<std::int64_t>(subword_rows_.size()));
  }
}

void TokenRows::read_line(Line& line, std::span<const std::int32_t> ids) const {
  line.rows.clear();
  line.labels.clear();
  line.hashes.clear();
  const bool has_ngrams = dictionary_.options().word_ngrams > 1;
  for (const std::int32_t id : ids) {
    const Token& token = tokens_[static_cast<std::size_t>(id)];
    if (token.row <= kDropped) {
      if (token.row <= kFirstLabel) line.labels.push_back(kFirstLabel - token.row);
      continue;
    }
    if (token.row >= 0) line.rows.push_back(token.row);
    if (has_ngrams) line.hashes.push_back(token.hash);
    if (subword_ends_.empty()) continue;
    const std::int64_t begin = id == 0 ? 0 : subword_ends_[static_cast<std::size_t>(id) - 1];
    line.rows.insert(line.rows.end(), subword_rows_.begin() + begin,
                     subword_rows_.begin() + subword_ends_[static_cast<std::size_t>(id)]);
  }
  dictionary_.append_word_ngrams(line);
}

}  // namespace wordkin::fasttext
