#include "text/token_counter.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace wordkin::text {

RawBlock TokenCounter::count(std::span<const char> text, std::int64_t block_number, const SentenceRules& rules,
                             bool continues_line, const CancelFlag* cancelled) {
  require_utf8(text);
  blocks_.push_back({block_number, table_.size()});
  SentenceSplitter splitter(text, rules, continues_line, *this, cancelled);
  splitter.run();
  return {take_ids(), splitter.words(), splitter.sentences()};
}

TokenCounter::PartialCount TokenCounter::count_until(std::size_t max_words, std::span<const char> text,
                                                     const SentenceRules& rules, bool continues_line) {
  SentenceSplitter splitter(text, rules, continues_line, *this);
  while (splitter.run_sentence()) {
    splitter.flush();
    if (table_.size() > max_words) break;
  }
  return {splitter.words(), splitter.sentences(), splitter.offset(), splitter.within_line()};
}

void TokenCounter::add_word(const HashedWord& word) {
  const auto id = static_cast<std::size_t>(table_.insert(word));
  if (id == counts_.size()) counts_.push_back(0);
  ++counts_[id];
  if (ids_ == Ids::kKeep) recent_ids_.push_back(static_cast<std::int32_t>(id));
}

std::vector<std::int32_t> TokenCounter::take_ids() {
  std::vector<std::int32_t> next;
  next.reserve(recent_ids_.size());  // the next block is likely to be similar
  return std::exchange(recent_ids_, std::move(next));
}

void TokenCounter::retain(std::span<const bool> keep) {
  table_ = table_.subset(keep);
  std::size_t retained = 0;
  for (std::size_t id = 0; id < keep.size(); ++id)
    if (keep[id]) counts_[retained++] = counts_[id];
  counts_.resize(retained);
}

MergedCounts merge(std::vector<TokenCounter> counters) {
  MergedCounts merged;
  merged.merged_ids.resize(counters.size());
  if (counters.size() == 1) {  // its order is already the order of the text
    auto& ids = merged.merged_ids[0];
    ids.resize(counters[0].table_.size());
    std::iota(ids.begin(), ids.end(), 0);
    merged.table = std::move(counters[0].table_);
    merged.counts = std::move(counters[0].counts_);
    return merged;
  }

  // Processes the blocks in the order of the text, and for each block the words that were new to its counter. A word
  // that is seen here for the first time occurs first in this block, and within a block the ids are in the order of the
  // text.
  struct NewWords {
    std::int64_t block_number;
    std::size_t counter, from, to;
  };
  std::vector<NewWords> blocks;
  for (std::size_t c = 0; c < counters.size(); ++c) {
    const auto& starts = counters[c].blocks_;
    for (std::size_t b = 0; b < starts.size(); ++b) {
      const std::size_t to = b + 1 < starts.size() ? starts[b + 1].known_words : counters[c].table_.size();
      blocks.push_back({starts[b].block_number, c, starts[b].known_words, to});
    }
  }
  std::sort(blocks.begin(), blocks.end(),
            [](const NewWords& a, const NewWords& b) { return a.block_number < b.block_number; });
  for (const NewWords& block : blocks) {
    const TokenCounter& counter = counters[block.counter];
    auto& ids = merged.merged_ids[block.counter];
    for (std::size_t own = block.from; own < block.to; ++own) {
      const std::int32_t id = merged.table.insert(counter.table_.word(static_cast<std::int32_t>(own)));
      ids.push_back(id);
      if (static_cast<std::size_t>(id) == merged.counts.size()) merged.counts.push_back(0);
      merged.counts[static_cast<std::size_t>(id)] += counter.counts_[own];
    }
  }
  return merged;
}

std::vector<std::int32_t> ordered_by_count(const WordTable& table, std::span<const std::int64_t> counts,
                                           std::vector<std::int32_t> ids) {
  std::sort(ids.begin(), ids.end(), [&](std::int32_t a, std::int32_t b) {
    const auto count_a = counts[static_cast<std::size_t>(a)], count_b = counts[static_cast<std::size_t>(b)];
    return count_a != count_b ? count_a > count_b : table.word(a) < table.word(b);
  });
  return ids;
}

}  // namespace wordkin::text
