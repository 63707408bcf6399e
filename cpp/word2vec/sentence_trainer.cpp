#include "word2vec/sentence_trainer.h"

#include <algorithm>
#include <utility>

namespace wordkin::word2vec {
namespace {

constexpr std::size_t kBatch = 64;  // positions drawn at a time
constexpr std::size_t kAhead = 2;   // windows between the fetching of a window's rows and their update

}  // namespace

Tally& Tally::operator+=(const Tally& other) {
  raw_words += other.raw_words;
  trained_words += other.trained_words;
  pairs += other.pairs;
  terms += other.terms;
  loss += other.loss;
  return *this;
}

SentenceTrainer::SentenceTrainer(const Objective& objective, const std::atomic<bool>& cancelled)
    : objective_(&objective),
      cancelled_(&cancelled),
      reaches_(kBatch),
      noise_(kBatch * static_cast<std::size_t>(objective.options().negative)),
      windows_(kAhead + 1, DrawnWindow(objective.most_outputs())) {}

void SentenceTrainer::train(std::span<const std::int32_t> sentence, float rate, random::Generator& generator) {
  keep_some(sentence, generator);
  tally_.trained_words += static_cast<std::int64_t>(kept_.size());
  if (kept_.size() < 2) return;
  const auto window = static_cast<std::size_t>(objective_->options().window);
  reserve(static_cast<int>(std::min(kept_.size() - 1, 2 * window)));
  const std::size_t count = kept_.size();
  for (std::size_t next = 0; next < count + kAhead; ++next) {
    if (cancelled_->load(std::memory_order_relaxed)) return;  // a sentence with wide windows takes seconds
    if (next < count && next % kBatch == 0) draw(next, std::min(next + kBatch, count), generator);
    if (next < count) prepare(next);
    if (next >= kAhead) update(next - kAhead, rate);
  }
}

Tally SentenceTrainer::take_tally() {
  objective_->kernels().fold_loss(loss_);
  tally_.loss = std::exchange(loss_.total, 0.0);
  return std::exchange(tally_, Tally{});
}

void SentenceTrainer::keep_some(std::span<const std::int32_t> sentence, random::Generator& generator) {
  if (kept_.capacity() < sentence.size()) kept_.reserve(sentence.size());
  kept_.resize(sentence.size());
  const Subsampling& subsampling = objective_->subsampling();
  std::size_t count = 0;
  for (const std::int32_t word : sentence) {
    kept_[count] = word;
    count += subsampling.keeps(word, static_cast<std::uint32_t>(generator.next() >> 32)) ? 1 : 0;
  }
  kept_.resize(count);
  kept_rows_.resize(count);
  for (std::size_t i = 0; i < count; ++i) kept_rows_[i] = objective_->parameters().input.row(kept_[i]);
}

// Draws reaches and noise words for positions [begin, end) in one go: the table look-ups do not depend on each other,
// so their cache misses overlap.
void SentenceTrainer::draw(std::size_t begin, std::size_t end, random::Generator& generator) {
  const Options& options = objective_->options();
  for (std::size_t i = begin; i < end; ++i)
    reaches_[i % kBatch] = options.shrink_windows
                               ? 1 + static_cast<int>(generator.below(static_cast<std::uint32_t>(options.window)))
                               : options.window;
  if (objective_->sampler() == nullptr) return;
  const std::size_t count = (end - begin) * static_cast<std::size_t>(options.negative);
  for (std::size_t k = 0; k < count; ++k) noise_[k] = objective_->sampler()->draw(generator.next());
}

// Sets up the window of a position kAhead steps before its update, so that its rows are in the cache when it comes.
void SentenceTrainer::prepare(std::size_t position) {
  DrawnWindow& window = windows_[position % windows_.size()];
  const auto negative = static_cast<std::size_t>(objective_->options().negative);
  const std::span<const std::int32_t> noise(noise_.data() + position % kBatch * negative, negative);
  window.reach = reaches_[position % kBatch];
  set_window(*objective_, kept_[position], noise, window);
  const std::size_t entering = position + static_cast<std::size_t>(window.reach);
  window.rows[window.outputs] = kept_rows_[std::min(entering, kept_.size() - 1)];
}

void SentenceTrainer::update(std::size_t position, float rate) {
  const DrawnWindow& window = windows_[position % windows_.size()];
  const DrawnWindow& later = windows_[(position + kAhead) % windows_.size()];
  gather_context(position, window.reach);
  const auto n = static_cast<int>(context_.size());
  const bool is_last = position + kAhead >= kept_.size();
  const Options& options = objective_->options();
  const float share = 1.0f / static_cast<float>(n);
  const kernels::Window update{
      {context_.data(), context_factors_.empty() ? nullptr : context_factors_.data(), n},
      {window.rows.data(), window.signs.data(), window.repeats.data(), window.outputs, window.most_repeats},
      {later.rows.data(), is_last ? 0 : later.outputs + 1},
      objective_->width(),
      rate,
      options.cbow_mean ? share : 1.0f,
      options.cbow_mean ? 1.0f : share,
      scratch_.data(),
      &loss_};
  switch (options.architecture) {
    case Architecture::kSkipGram:
      objective_->kernels().skipgram(update);
      break;
    case Architecture::kCbow:
      objective_->kernels().cbow(update);
      break;
    case Architecture::kTouch:
      objective_->kernels().touch(update);
      break;
  }
  const std::int64_t pairs = options.architecture == Architecture::kCbow ? 1 : n;
  tally_.pairs += pairs;
  tally_.terms += pairs * window.terms;
}

void SentenceTrainer::gather_context(std::size_t position, int reach) {
  const auto& parameters = objective_->parameters();
  const std::size_t begin = position - std::min(position, static_cast<std::size_t>(reach));
  const std::size_t end = std::min(position + static_cast<std::size_t>(reach) + 1, kept_.size());
  context_.assign(kept_rows_.begin() + static_cast<std::ptrdiff_t>(begin),
                  kept_rows_.begin() + static_cast<std::ptrdiff_t>(position));
  context_.insert(context_.end(), kept_rows_.begin() + static_cast<std::ptrdiff_t>(position) + 1,
                  kept_rows_.begin() + static_cast<std::ptrdiff_t>(end));
  if (parameters.factors.empty()) return;
  context_factors_.clear();
  for (std::size_t i = begin; i < end; ++i)
    if (i != position) context_factors_.push_back(parameters.factors[kept_[i]]);
}

void SentenceTrainer::reserve(int inputs) {
  const auto needed =
      static_cast<std::size_t>(kernels::scratch_floats(inputs, objective_->most_outputs(), objective_->width()));
  if (scratch_.size() < needed) scratch_ = memory::AlignedBuffer<float>(needed);
  context_.reserve(static_cast<std::size_t>(inputs));
}

}  // namespace wordkin::word2vec
