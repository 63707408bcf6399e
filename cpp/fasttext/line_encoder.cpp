#include "fasttext/line_encoder.h"

#include <algorithm>
#include <utility>

#include "fasttext/dictionary.h"
#include "text/sentence_splitter.h"
#include "text/subwords.h"
#include "text/token_counter.h"

namespace wordkin::fasttext {

void LineEncoder::add(std::string_view text) {
  text::require_utf8({text.data(), text.size()});
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const char* const begin = at;
    while (at != end && !is_separator(*at)) ++at;
    const std::string_view part(begin, static_cast<std::size_t>(at - begin));
    if (begun_.size() + part.size() > text::kMaxWordBytes)
      throw text::too_long_word(static_cast<std::size_t>(begin - text.data()));
    if (at == end) {
      begun_.append(part);
      return;
    }
    if (!begun_.empty()) {
      begun_.append(part);
      add_token(std::exchange(begun_, std::string()));
    } else if (!part.empty()) {
      add_token(part);
    }
    if (*at++ == '\n') end_line();
  }
}

void LineEncoder::finish() {
  if (!begun_.empty()) add_token(std::exchange(begun_, std::string()));
  if (recent_.ids.size() > line_begin_) end_line();
}

void LineEncoder::end_line() { add_token(text::kEndOfSentence); }

void LineEncoder::add_token(std::string_view token) {
  const auto id = static_cast<std::size_t>(table_.insert(token));
  if (id == counts_.size()) {
    counts_.push_back(0);
    is_label_.push_back(is_label(token));
  }
  ++counts_[id];
  ++tokens_;
  recent_.ids.push_back(static_cast<std::int32_t>(id));
  if (token != text::kEndOfSentence) return;
  if (recent_.ids.size() - line_begin_ > 1) ++lines_;
  recent_.ends.push_back(static_cast<std::int64_t>(recent_.ids.size()));
  line_begin_ = recent_.ids.size();
}

EncodedLines LineEncoder::take() {
  EncodedLines taken = std::exchange(recent_, EncodedLines{});
  const auto first = taken.ids.begin() + static_cast<std::ptrdiff_t>(line_begin_);
  recent_.ids.assign(first, taken.ids.end());
  taken.ids.erase(first, taken.ids.end());
  line_begin_ = 0;
  return taken;
}

ChosenEntries LineEncoder::choose(const EntryLimits& limits, std::span<const std::string_view> extra) {
  std::vector<std::int64_t> counts = counts_;
  for (std::size_t id = 0; id < counts.size(); ++id)
    if (counts[id] < (is_label_[id] ? limits.min_count_label : limits.min_count)) counts[id] = 0;
  for (const std::string_view word : extra) {
    if (is_label(word)) continue;
    const auto id = static_cast<std::size_t>(table_.insert(word));
    if (id == counts_.size()) {
      counts_.push_back(0);
      is_label_.push_back(false);
    }
    if (id >= counts.size()) counts.resize(id + 1, 0);
    ++counts[id];
  }
  ChosenEntries chosen;
  for (std::size_t id = 0; id < counts.size(); ++id)
    if (counts[id] > 0) (is_label_[id] ? chosen.labels : chosen.words).push_back(static_cast<std::int32_t>(id));
  const auto sort = [&](std::vector<std::int32_t>& ids, std::vector<std::int64_t>& sorted_counts) {
    ids = text::ordered_by_count(table_, counts, std::move(ids));
    for (const std::int32_t id : ids) sorted_counts.push_back(counts[static_cast<std::size_t>(id)]);
  };
  sort(chosen.words, chosen.word_counts);
  sort(chosen.labels, chosen.label_counts);
  return chosen;
}

}  // namespace wordkin::fasttext
