#include "fasttext/dictionary.h"

#include <algorithm>

namespace wordkin::fasttext {
namespace {

constexpr std::uint64_t kNgramMultiplier = 116049371;

}  // namespace

Dictionary::Dictionary(std::string_view entries, std::span<const std::int64_t> offsets,
                       const DictionaryOptions& options, std::optional<std::span<const std::int32_t>> pruned)
    : options_(options), subwords_(options.min_n, options.max_n, options.buckets, options.hash_count) {
  entry_of_.reserve(offsets.size());
  for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
    const auto begin = static_cast<std::size_t>(offsets[i]), end = static_cast<std::size_t>(offsets[i + 1]);
    const auto id = static_cast<std::size_t>(table_.insert(entries.substr(begin, end - begin)));
    if (id == entry_of_.size()) entry_of_.push_back(0);
    entry_of_[id] = static_cast<std::int32_t>(i);
  }
  if (pruned) pruned_.emplace(*pruned);
}

std::int32_t Dictionary::find(std::string_view entry) const {
  const std::int32_t id = table_.find(entry);
  return id == text::kUnknownWord ? -1 : entry_of_[static_cast<std::size_t>(id)];
}

std::int32_t Dictionary::row_of_bucket(std::int64_t bucket) const {
  const std::int64_t kept = pruned_ ? pruned_->find(bucket) : bucket;
  const std::int64_t first = options_.hash_count > 0 ? 0 : options_.words;
  return kept < 0 ? -1 : static_cast<std::int32_t>(first + kept);
}

void Dictionary::append_word(std::vector<std::int32_t>& rows, std::string_view word, std::string& bounded) const {
  append_known(rows, find(word), word, bounded);
}

void Dictionary::append_known(std::vector<std::int32_t>& rows, std::int32_t index, std::string_view word,
                              std::string& bounded) const {
  if (index >= 0 && options_.hash_count == 0) rows.push_back(index);
  text::for_each_bucket(word, bounded, subwords_, [&](std::int64_t bucket) {
    const std::int32_t row = row_of_bucket(bucket);
    if (row >= 0) rows.push_back(row);
  });
}

void Dictionary::add_token(Line& line, std::string_view token) const {
  const std::int32_t index = find(token);
  if (index >= options_.words) {
    line.labels.push_back(index - static_cast<std::int32_t>(options_.words));
    return;
  }
  if (index < 0 && token.starts_with(options_.label_prefix)) return;
  append_known(line.rows, index, token, line.bounded);
  if (options_.word_ngrams > 1) line.hashes.push_back(static_cast<std::int32_t>(text::subword_hash(token)));
}

void Dictionary::append_word_ngrams(Line& line) const {
  if (options_.word_ngrams <= 1 || options_.buckets <= 0) return;
  const std::size_t count = line.hashes.size();
  const auto longest = static_cast<std::size_t>(options_.word_ngrams);
  for (std::size_t i = 0; i < count; ++i) {
    auto hash = static_cast<std::uint64_t>(std::int64_t{line.hashes[i]});
    for (std::size_t j = i + 1; j < std::min(count, i + longest); ++j) {
      hash = hash * kNgramMultiplier + static_cast<std::uint64_t>(std::int64_t{line.hashes[j]});
      const std::int32_t row =
          row_of_bucket(static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(options_.buckets)));
      if (row >= 0) line.rows.push_back(row);
    }
  }
}

void Dictionary::read_line(Line& line, std::string_view text, LineEnd end) const {
  line.rows.clear();
  line.labels.clear();
  line.hashes.clear();
  bool is_ended = false;
  std::size_t at = 0;
  while (at < text.size() && !is_ended) {
    if (is_separator(text[at])) {
      is_ended = text[at] == '\n';
      if (is_ended) add_token(line, text::kEndOfSentence);
      ++at;
      continue;
    }
    const std::size_t begin = at;
    while (at < text.size() && !is_separator(text[at])) ++at;
    const std::string_view token = text.substr(begin, at - begin);
    add_token(line, token);
    is_ended = token == text::kEndOfSentence;
  }
  if (!is_ended && end == LineEnd::kLineFeed) add_token(line, text::kEndOfSentence);
  append_word_ngrams(line);
}

}  // namespace wordkin::fasttext
