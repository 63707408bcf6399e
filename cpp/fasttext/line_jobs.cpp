#include "fasttext/line_jobs.h"

#include <memory>
#include <stdexcept>
#include <utility>

namespace wordkin::fasttext {
LineJobs::LineJobs(const LineModel& model, word2vec::LearningRate& rate, std::size_t threads,
                   const LineJobOptions& options)
    : model_(model), rate_(&rate), options_(options), next_stream_(options.first_job), pool_(threads) {
  for (std::size_t i = 0; i < pool_.size(); ++i) trainers_.emplace_back(model_);
}

void LineJobs::feed(std::span<const std::int32_t> ids, std::span<const std::int64_t> ends) {
  if (cancelled_.load(std::memory_order_relaxed)) throw std::runtime_error("training was cancelled");
  std::int64_t begin = 0;
  for (const std::int64_t end : ends) {
    if (end < begin || end > static_cast<std::int64_t>(ids.size()))
      throw std::invalid_argument("ends must rise to the number of ids");
    begin = end;
  }
  for (const std::int32_t id : ids)
    if (id < 0 || id >= model_.tokens.tokens()) throw std::invalid_argument("ids must be those of tokens");
  begin = 0;
  for (const std::int64_t end : ends) {
    pending_job_.ids.insert(pending_job_.ids.end(), ids.begin() + begin, ids.begin() + end);
    pending_job_.ends.push_back(static_cast<std::int64_t>(pending_job_.ids.size()));
    begin = end;
    if (pending_job_.ends.back() >= options_.job_tokens) finish();
  }
}

void LineJobs::finish() {
  if (pending_job_.ends.empty()) return;
  pending_job_.stream = next_stream_++;
  auto job = std::make_shared<const Job>(std::exchange(pending_job_, Job{}));
  pool_.submit([this, job = std::move(job)](std::size_t worker) { run(*job, worker); });
}

void LineJobs::run(const Job& job, std::size_t worker) {
  LineTrainer& trainer = trainers_[worker];
  random::Generator generator(options_.seed, job.stream);
  const std::span<const std::int32_t> ids(job.ids);
  std::int64_t begin = 0, counted = 0;
  for (const std::int64_t end : job.ends) {
    if (cancelled_.load(std::memory_order_relaxed)) break;
    trainer.train(ids.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)),
                  static_cast<float>(rate_->now()), generator);
    begin = end;
    if (end - counted >= options_.rate_tokens) rate_->count(end - std::exchange(counted, end));
  }
  trainer.finish(static_cast<float>(rate_->now()), generator);
  rate_->count(begin - counted);
  const LineTally done = trainer.take_tally();
  const std::lock_guard lock(mutex_);
  tally_ += done;
}

void LineJobs::cancel() {
  cancelled_.store(true, std::memory_order_relaxed);
  pool_.discard_queued();
}

LineTally LineJobs::tally() const {
  const std::lock_guard lock(mutex_);
  return tally_;
}

}  // namespace wordkin::fasttext
