#include "word2vec/hogwild.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace wordkin::word2vec {
namespace {

constexpr std::int64_t kWordsBetweenCounts = 1000;
constexpr std::size_t kPositionsPerRate = 16384;  // of one document, which continues with a new learning rate

std::variant<SentenceTrainer, ConcatenationTrainer> trainer_of(const TrainingContext& context,
                                                               const std::atomic<bool>& cancelled) {
  if (context.concatenates()) return ConcatenationTrainer(context, cancelled);
  return SentenceTrainer(context, cancelled);
}

}  // namespace

Hogwild::Worker::Worker(const TrainingContext& trained, const std::atomic<bool>& cancelled)
    : context(&trained), trainer(trainer_of(trained, cancelled)) {}

Hogwild::Lane::Lane(const TrainingContext& shared, const Parameters& own, const LearningRate& planned)
    : context(shared, own), rate(planned) {}

Hogwild::Hogwild(const Options& options, const Parameters& parameters, std::span<const std::int64_t> counts,
                 const kernels::KernelTable& kernels, const Division& division, LearningRate& rate,
                 const JobNumbers& jobs)
    : context_(options, parameters, counts, kernels),
      rate_(&rate),
      jobs_(context_, jobs),
      period_jobs_(division.period_jobs),
      pool_(division.threads) {
  for (const Parameters& replica : division.replicas) {
    lanes_.emplace_back(context_, replica, rate.of_share(static_cast<std::int64_t>(division.replicas.size())));
    workers_.emplace_back(lanes_.back().context, cancelled_);
  }
  if (!lanes_.empty()) return;
  workers_.reserve(pool_.size());
  for (std::size_t i = 0; i < pool_.size(); ++i) workers_.emplace_back(context_, cancelled_);
}

Hogwild::~Hogwild() { cancel(); }

void Hogwild::feed(const SentenceBlock& sentences, std::int64_t raw_words, const TagBlock& tags) {
  if (cancelled_.load(std::memory_order_relaxed)) throw std::runtime_error("training was cancelled");
  jobs_.feed(sentences, raw_words, tags);
  dispatch();
}

void Hogwild::finish() {
  jobs_.finish();
  dispatch();
}

void Hogwild::start_period(std::int64_t words) {
  jobs_in_period_ = 0;
  rate_->restart(words);
  for (Lane& lane : lanes_) lane.rate.restart(words);
  dispatch();
}

void Hogwild::dispatch() {
  while (!period_is_full()) {
    auto job = jobs_.take();
    if (!job) return;
    submit(std::make_shared<const Job>(std::move(*job)));
    ++jobs_in_period_;
  }
}

void Hogwild::submit(std::shared_ptr<const Job> job) {
  if (!lanes_.empty()) {
    submit_to_lane(std::move(job), jobs_in_period_ % lanes_.size());
    return;
  }
  pool_.submit([this, job = std::move(job)](std::size_t worker) { run(*job, workers_[worker], *rate_); });
}

void Hogwild::submit_to_lane(std::shared_ptr<const Job> job, std::size_t index) {
  Lane& lane = lanes_[index];
  {
    const std::lock_guard lock(mutex_);
    lane.jobs.push_back(std::move(job));
    if (std::exchange(lane.is_running, true)) return;
  }
  pool_.submit([this, index](std::size_t) { run_lane(index); });
}

void Hogwild::run_lane(std::size_t index) {
  Lane& lane = lanes_[index];
  while (true) {
    std::shared_ptr<const Job> job;
    {
      const std::lock_guard lock(mutex_);
      lane.is_running = !lane.jobs.empty();
      if (!lane.is_running) return;
      job = std::move(lane.jobs.front());
      lane.jobs.pop_front();
    }
    run(*job, workers_[index], lane.rate);
  }
}

void Hogwild::run(const Job& job, Worker& worker, LearningRate& rate) {
  {
    const std::lock_guard lock(mutex_);
    ++started_jobs_;
  }
  std::visit([&](auto& trainer) { run(job, trainer, worker, rate); }, worker.trainer);
}

template <typename Trainer>
void Hogwild::run(const Job& job, Trainer& trainer, Worker& worker, LearningRate& rate) {
  random::Generator generator(context_.options().seed, job.stream);
  const std::span<const std::int32_t> ids(job.ids);
  const double raw_share =
      job.ids.empty() ? 0.0 : static_cast<double>(job.raw_words) / static_cast<double>(job.ids.size());
  std::int64_t begin = 0, counted = 0;
  const auto count_until = [&](double position) {
    const auto raw = static_cast<std::int64_t>(raw_share * position);
    if (raw - counted < kWordsBetweenCounts) return;
    count(rate, raw - counted);
    counted = raw;
  };
  std::size_t begun = 0;
  for (bool is_left = true; is_left && !cancelled_.load(std::memory_order_relaxed);) {
    for (; trainer.has_room() && begun < job.ends.size(); ++begun) {
      const auto length = static_cast<std::size_t>(job.ends[begun] - begin);
      trainer.begin(ids.subspan(static_cast<std::size_t>(begin), length), tag_rows(job, begun, worker), generator);
      begin = job.ends[begun];
    }
    is_left = trainer.advance(kPositionsPerRate, static_cast<float>(rate.now()), generator) || begun < job.ends.size();
    count_until(static_cast<double>(begin) - trainer.untrained_words());
  }
  const bool is_complete = begin == static_cast<std::int64_t>(job.ids.size());
  const std::int64_t raw =
      is_complete ? job.raw_words : static_cast<std::int64_t>(raw_share * static_cast<double>(begin));
  count(rate, raw - counted);
  Tally done = trainer.take_tally();
  done.raw_words = raw;
  const std::lock_guard lock(mutex_);
  tally_ += done;
  // A cancelled sentence counts as trained in the loop above.
  finished_jobs_ += is_complete && !cancelled_.load(std::memory_order_relaxed) ? 1 : 0;
}

TagRows Hogwild::tag_rows(const Job& job, std::size_t sentence, Worker& worker) {
  worker.tag_rows.clear();
  worker.tag_update_scale.clear();
  if (job.tag_ends.empty()) return {};
  const Parameters& parameters = worker.context->parameters();
  for (std::int64_t i = sentence == 0 ? 0 : job.tag_ends[sentence - 1]; i < job.tag_ends[sentence]; ++i) {
    const std::int32_t tag = job.tags[static_cast<std::size_t>(i)];
    worker.tag_rows.push_back(parameters.tags.row(tag));
    if (!parameters.tag_update_scale.empty())
      worker.tag_update_scale.push_back(parameters.tag_update_scale[static_cast<std::size_t>(tag)]);
  }
  return {worker.tag_rows, worker.tag_update_scale};
}

void Hogwild::count(LearningRate& rate, std::int64_t words) {
  rate.count(words);
  if (&rate != rate_) rate_->count(words);
}

void Hogwild::combine(std::int64_t words) {
  if (lanes_.empty()) return;
  const auto combine_rows = [&](memory::MatrixView<float> Parameters::* matrix, std::int64_t begin, std::int64_t end) {
    ReplicatedMatrix replicated{context_.parameters().*matrix, {}};
    for (const Lane& lane : lanes_) replicated.replicas.push_back(lane.context.parameters().*matrix);
    combine_replicas(replicated, begin, end, context_.kernels(), pool_);
  };
  const Options& options = context_.options();
  words = std::min(words, context_.words());
  combine_rows(&Parameters::input, 0, words);
  if (options.documents && words == context_.words())
    combine_rows(&Parameters::tags, 0, context_.parameters().tags.rows);
  if (!options.train_output) return;
  if (options.negative > 0) combine_rows(&Parameters::output, 0, words);
  const std::int64_t nodes = context_.words() - 1;
  if (options.hierarchical_softmax) combine_rows(&Parameters::nodes, std::max<std::int64_t>(nodes - words, 0), nodes);
}

bool Hogwild::wait(std::size_t max_pending, double seconds) { return pool_.wait(max_pending, seconds); }

void Hogwild::discard_queued() {
  jobs_.discard();
  if (lanes_.empty()) {
    pool_.discard_queued();
    return;
  }
  const std::lock_guard lock(mutex_);
  for (Lane& lane : lanes_) lane.jobs.clear();
}

void Hogwild::cancel() {
  cancelled_.store(true, std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    for (Lane& lane : lanes_) lane.jobs.clear();
  }
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
