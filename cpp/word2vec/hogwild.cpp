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
    if (end < before) throw std::invalid_argument("ends must not decrease");
    before = end;
  }
  if (before != static_cast<std::int64_t>(ids.size()))
    throw std::invalid_argument("the last of ends must be the number of ids, " + std::to_string(ids.size()) + "; got " +
                                std::to_string(before));
  for (const auto id : ids)
    if (id < 0 || id >= words) throw std::invalid_argument("ids: no word has the id " + std::to_string(id));
}

}  // namespace

Hogwild::Hogwild(const Options& options, const Parameters& parameters, std::span<const std::int64_t> counts,
                 std::size_t threads, LearningRate& rate)
    : objective_(options, parameters, counts), rate_(&rate), pool_(threads) {
  trainers_.reserve(pool_.size());
  for (std::size_t i = 0; i < pool_.size(); ++i) trainers_.emplace_back(objective_);
}

Hogwild::~Hogwild() { cancel(); }

void Hogwild::feed(std::span<const std::int32_t> ids, std::span<const std::int64_t> ends, std::int64_t raw_words) {
  check_block(ids, ends, objective_.words());
  const double raw_share = ids.empty() ? 0.0 : static_cast<double>(raw_words) / static_cast<double>(ids.size());
  std::int64_t raw_before = 0;
  std::size_t sentence = 0;
  std::int64_t begin = 0;
  while (sentence < ends.size()) {
    auto job = std::make_shared<Job>();
    job->stream = next_stream_++;
    std::int64_t end = begin;
    while (sentence < ends.size() && end - begin < objective_.options().job_words) {
      end = ends[sentence++];
      job->ends.push_back(end - begin);
    }
    job->ids.assign(ids.begin() + begin, ids.begin() + end);
    const std::int64_t raw_after =
        sentence == ends.size() ? raw_words : static_cast<std::int64_t>(raw_share * static_cast<double>(end));
    job->raw_words = raw_after - raw_before;
    raw_before = raw_after;
    begin = end;
    queue(std::move(job));
  }
  if (ends.empty() && raw_words > 0) {  // nothing but unknown words: they count as read
    rate_->count(raw_words);
    const std::lock_guard lock(mutex_);
    tally_.raw_words += raw_words;
  }
}

void Hogwild::queue(std::shared_ptr<const Job> job) {
  pool_.submit([this, job = std::move(job)](std::size_t worker) { run(*job, worker); });
}

void Hogwild::run(const Job& job, std::size_t worker) {
  SentenceTrainer& trainer = trainers_[worker];
  random::Generator generator(objective_.options().seed, job.stream);
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
  const std::int64_t raw = begin == static_cast<std::int64_t>(job.ids.size())
                               ? job.raw_words
                               : static_cast<std::int64_t>(raw_share * static_cast<double>(begin));
  rate_->count(raw - counted);
  Tally done = trainer.take_tally();
  done.raw_words = raw;
  const std::lock_guard lock(mutex_);
  tally_ += done;
}

bool Hogwild::wait(std::size_t most, double seconds) { return pool_.wait(most, seconds); }

void Hogwild::cancel() {
  cancelled_.store(true, std::memory_order_relaxed);
  pool_.drop_waiting();
}

Tally Hogwild::tally() const {
  const std::lock_guard lock(mutex_);
  return tally_;
}

}  // namespace wordkin::word2vec
