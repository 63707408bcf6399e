#include "word2vec/hogwild.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace wordkin::word2vec {
namespace {

constexpr std::int64_t kWordsBetweenCounts = 1000;

void check_block(std::span<const std::int32_t> ids, std::span<const std::int64_t> ends, std::int64_t words) {
  std::int64_t before = 0;
  for (const auto end : ends) {
    if (end < before)
      throw std::invalid_argument("ends must not decrease, got " + std::to_string(end) + " after " +
                                  std::to_string(before));
    before = end;
  }
  if (before != static_cast<std::int64_t>(ids.size()))
    throw std::invalid_argument("the last entry of ends must be the number of ids, " + std::to_string(ids.size()) +
                                ", got " + std::to_string(before));
  for (const auto id : ids)
    if (id < 0 || id >= words)
      throw std::invalid_argument("ids must be from 0 to " + std::to_string(words - 1) + ", got " + std::to_string(id));
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
  trainers_.reserve(pool_.size());
  for (std::size_t i = 0; i < pool_.size(); ++i) trainers_.emplace_back(context_, cancelled_);
}

Hogwild::~Hogwild() { cancel(); }

void Hogwild::feed(std::span<const std::int32_t> ids, std::span<const std::int64_t> ends, std::int64_t raw_words) {
  if (cancelled_.load(std::memory_order_relaxed)) throw std::runtime_error("training was cancelled");
  check_block(ids, ends, context_.words());
  const double raw_share = ids.empty() ? 0.0 : static_cast<double>(raw_words) / static_cast<double>(ids.size());
  std::int64_t begin = 0, raw_before = 0;
  for (const std::int64_t end : ends) {
    pending_job_.ids.insert(pending_job_.ids.end(), ids.begin() + begin, ids.begin() + end);
    pending_job_.ends.push_back(static_cast<std::int64_t>(pending_job_.ids.size()));
    begin = end;
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
  SentenceTrainer& trainer = trainers_[worker];
  random::Generator generator(context_.options().seed, job.stream);
  const std::span<const std::int32_t> ids(job.ids);
  const double raw_share =
      job.ids.empty() ? 0.0 : static_cast<double>(job.raw_words) / static_cast<double>(job.ids.size());
  std::int64_t begin = 0, counted = 0;
  for (const std::int64_t end : job.ends) {
    if (cancelled_.load(std::memory_order_relaxed)) break;
    trainer.train(ids.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)),
                  static_cast<float>(rate_->now()), generator);
    begin = end;
    const auto raw = static_cast<std::int64_t>(raw_share * static_cast<double>(end));
    if (raw - counted >= kWordsBetweenCounts) {
      rate_->count(raw - counted);
      counted = raw;
    }
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
