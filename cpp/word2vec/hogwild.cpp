#include "word2vec/hogwild.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace wordkin::word2vec {
namespace {

constexpr std::int64_t kWordsBetweenCounts = 1000;
constexpr std::size_t kPositionsPerRate = 16384;  // of one document, which continues with a new learning rate

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

Hogwild::Hogwild(const Options& options, const Parameters& parameters, std::span<const std::int64_t> counts,
                 const kernels::KernelTable& kernels, std::size_t threads, LearningRate& rate,
                 std::uint64_t first_stream, std::uint64_t skipped_jobs)
    : context_(options, parameters, counts, kernels),
      rate_(&rate),
      next_stream_(first_stream),
      skipped_jobs_(skipped_jobs),
      pool_(threads) {
  workers_.reserve(pool_.size());
  for (std::size_t i = 0; i < pool_.size(); ++i) workers_.push_back({SentenceTrainer(context_, cancelled_), {}, {}});
}

Hogwild::~Hogwild() { cancel(); }

void Hogwild::feed(const SentenceBlock& sentences, std::int64_t raw_words, const TagBlock& tags) {
  if (cancelled_.load(std::memory_order_relaxed)) throw std::runtime_error("training was cancelled");
  const auto& [ids, ends] = sentences;
  check_block("", ids, ends, context_.words());
  check_tags(context_, tags, ends.size());
  const double raw_share = ids.empty() ? 0.0 : static_cast<double>(raw_words) / static_cast<double>(ids.size());
  std::int64_t raw_before = 0;
  for (std::size_t sentence = 0; sentence < ends.size(); ++sentence) {
    const std::int64_t end = ends[sentence];
    append(pending_job_.ids, pending_job_.ends, ids, ends, sentence);
    if (!tags.ends.empty()) append(pending_job_.tags, pending_job_.tag_ends, tags.ids, tags.ends, sentence);
    if (pending_job_.ends.back() < context_.options().job_words) continue;
    const auto raw = end == ends.back() ? raw_words : static_cast<std::int64_t>(raw_share * static_cast<double>(end));
    pending_job_.raw_words += raw - raw_before;
    raw_before = raw;
    finish();
  }
  pending_job_.raw_words += raw_words - raw_before;
}

void Hogwild::finish() {
  if (pending_job_.ends.empty() && pending_job_.raw_words == 0) return;
  if (skipped_jobs_ > 0) {
    --skipped_jobs_;
    pending_job_ = Job{};
    return;
  }
  pending_job_.stream = next_stream_++;
  auto job = std::make_shared<const Job>(std::exchange(pending_job_, Job{}));
  pool_.submit([this, job = std::move(job)](std::size_t worker) { run(*job, worker); });
}

void Hogwild::run(const Job& job, std::size_t worker) {
  {
    const std::lock_guard lock(mutex_);
    ++started_jobs_;
  }
  SentenceTrainer& trainer = workers_[worker].trainer;
  random::Generator generator(context_.options().seed, job.stream);
  const std::span<const std::int32_t> ids(job.ids);
  const double raw_share =
      job.ids.empty() ? 0.0 : static_cast<double>(job.raw_words) / static_cast<double>(job.ids.size());
  std::int64_t begin = 0, counted = 0;
  const auto count_until = [&](double position) {
    const auto raw = static_cast<std::int64_t>(raw_share * position);
    if (raw - counted < kWordsBetweenCounts) return;
    rate_->count(raw - counted);
    counted = raw;
  };
  for (std::size_t sentence = 0; sentence < job.ends.size(); ++sentence) {
    if (cancelled_.load(std::memory_order_relaxed)) break;
    const auto length = static_cast<std::size_t>(job.ends[sentence] - begin);
    trainer.begin(ids.subspan(static_cast<std::size_t>(begin), length), tag_rows(job, sentence, workers_[worker]),
                  generator);
    while (trainer.advance(kPositionsPerRate, static_cast<float>(rate_->now()), generator))
      count_until(static_cast<double>(begin) + trainer.progress() * static_cast<double>(length));
    begin = job.ends[sentence];
    count_until(static_cast<double>(begin));
  }
  const bool is_complete = begin == static_cast<std::int64_t>(job.ids.size());
  const std::int64_t raw =
      is_complete ? job.raw_words : static_cast<std::int64_t>(raw_share * static_cast<double>(begin));
  rate_->count(raw - counted);
  Tally done = trainer.take_tally();
  done.raw_words = raw;
  const std::lock_guard lock(mutex_);
  tally_ += done;
  // A cancelled sentence counts as trained in the loop above.
  finished_jobs_ += is_complete && !cancelled_.load(std::memory_order_relaxed) ? 1 : 0;
}

TagRows Hogwild::tag_rows(const Job& job, std::size_t sentence, Worker& worker) const {
  worker.tag_rows.clear();
  worker.tag_update_scale.clear();
  if (job.tag_ends.empty()) return {};
  const Parameters& parameters = context_.parameters();
  for (std::int64_t i = sentence == 0 ? 0 : job.tag_ends[sentence - 1]; i < job.tag_ends[sentence]; ++i) {
    const std::int32_t tag = job.tags[static_cast<std::size_t>(i)];
    worker.tag_rows.push_back(parameters.tags.row(tag));
    if (!parameters.tag_update_scale.empty())
      worker.tag_update_scale.push_back(parameters.tag_update_scale[static_cast<std::size_t>(tag)]);
  }
  return {worker.tag_rows, worker.tag_update_scale};
}

bool Hogwild::wait(std::size_t max_pending, double seconds) { return pool_.wait(max_pending, seconds); }

void Hogwild::cancel() {
  cancelled_.store(true, std::memory_order_relaxed);
  pool_.discard_queued();
}

Tally Hogwild::tally() const {
  const std::lock_guard lock(mutex_);
  return tally_;
}

std::optional<std::uint64_t> Hogwild::finished_jobs() const {
  const std::lock_guard lock(mutex_);
  return started_jobs_ == finished_jobs_ ? std::optional(finished_jobs_) : std::nullopt;
}

}  // namespace wordkin::word2vec
