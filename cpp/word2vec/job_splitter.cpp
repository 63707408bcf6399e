#include "word2vec/job_splitter.h"

#include <stdexcept>
#include <string>
#include <utility>

namespace wordkin::word2vec {
namespace {

void check_block(const std::string& name, std::span<const std::int32_t> ids, std::span<const std::int64_t> ends,
                 std::int64_t rows) {
  std::int64_t before = 0;
  for (const auto end : ends) {
    if (end < before)
      throw std::invalid_argument(name + "ends must not decrease, got " + std::to_string(end) + " after " +
                                  std::to_string(before));
    before = end;
  }
  if (before != static_cast<std::int64_t>(ids.size()))
    throw std::invalid_argument("the last entry of " + name + "ends must be the number of " + name + "ids, " +
                                std::to_string(ids.size()) + ", got " + std::to_string(before));
  for (const auto id : ids)
    if (id < 0 || id >= rows)
      throw std::invalid_argument(name + "ids must be from 0 to " + std::to_string(rows - 1) + ", got " +
                                  std::to_string(id));
}

void check_tags(const TrainingContext& context, const TagBlock& tags, std::size_t sentences) {
  check_block("tag_", tags.ids, tags.ends, context.parameters().tags.rows);
  if (tags.ends.size() != (context.options().documents ? sentences : 0))
    throw std::invalid_argument("tag_ends must have one entry per document (" + std::to_string(sentences) +
                                "), none for sentences, got " + std::to_string(tags.ends.size()));
  if (!context.concatenates()) return;
  const auto expected = static_cast<std::int64_t>(context.options().documents->tag_count);
  std::int64_t before = 0;
  for (const auto end : tags.ends) {
    if (end - before != expected)
      throw std::invalid_argument("every document must have " + std::to_string(expected) + " tags, got " +
                                  std::to_string(end - before));
    before = end;
  }
}

// Appends the entries of one element of a block.
void append(std::vector<std::int32_t>& ids, std::vector<std::int64_t>& ends, std::span<const std::int32_t> block_ids,
            std::span<const std::int64_t> block_ends, std::size_t element) {
  const std::int64_t begin = element == 0 ? 0 : block_ends[element - 1];
  ids.insert(ids.end(), block_ids.begin() + begin, block_ids.begin() + block_ends[element]);
  ends.push_back(static_cast<std::int64_t>(ids.size()));
}

}  // namespace

void JobSplitter::feed(const SentenceBlock& sentences, std::int64_t raw_words, const TagBlock& tags) {
  const auto& [ids, ends] = sentences;
  check_block("", ids, ends, context_->words());
  check_tags(*context_, tags, ends.size());
  const double raw_share = ids.empty() ? 0.0 : static_cast<double>(raw_words) / static_cast<double>(ids.size());
  std::int64_t raw_before = 0;
  for (std::size_t sentence = 0; sentence < ends.size(); ++sentence) {
    const std::int64_t end = ends[sentence];
    append(pending_.ids, pending_.ends, ids, ends, sentence);
    if (!tags.ends.empty()) append(pending_.tags, pending_.tag_ends, tags.ids, tags.ends, sentence);
    if (pending_.ends.back() < context_->options().job_words) continue;
    const auto raw = end == ends.back() ? raw_words : static_cast<std::int64_t>(raw_share * static_cast<double>(end));
    pending_.raw_words += raw - raw_before;
    raw_before = raw;
    finish();
  }
  pending_.raw_words += raw_words - raw_before;
}

void JobSplitter::finish() {
  if (pending_.ends.empty() && pending_.raw_words == 0) return;
  Job job = std::exchange(pending_, Job{});
  if (numbers_.skipped > 0) {
    --numbers_.skipped;
    return;
  }
  job.stream = numbers_.first_stream;
  numbers_.first_stream += numbers_.stream_step;
  jobs_.push_back(std::move(job));
}

std::optional<Job> JobSplitter::take() {
  if (jobs_.empty()) return std::nullopt;
  Job job = std::move(jobs_.front());
  jobs_.pop_front();
  return job;
}

}  // namespace wordkin::word2vec
