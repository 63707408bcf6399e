#include "word2vec/sentence_trainer.h"

#include <algorithm>
#include <utility>

namespace wordkin::word2vec {
namespace {

constexpr std::size_t kBatch = 64;           // positions for which random numbers are drawn together
constexpr std::size_t kPrefetchWindows = 2;  // windows between prefetching the rows of a window and updating them

}  // namespace

Tally& Tally::operator+=(const Tally& other) {
  raw_words += other.raw_words;
  trained_words += other.trained_words;
  pairs += other.pairs;
  scores += other.scores;
  loss += other.loss;
  return *this;
}

SentenceTrainer::SentenceTrainer(const TrainingContext& context, const std::atomic<bool>& cancelled)
    : context_(&context),
      cancelled_(&cancelled),
      radii_(kBatch),
      noise_(kBatch * static_cast<std::size_t>(context.options().negative)),
      windows_(kPrefetchWindows + 1, SampledWindow(context.max_outputs())) {}

void SentenceTrainer::train(std::span<const std::int32_t> sentence, float rate, random::Generator& generator) {
  subsample(sentence, generator);
  tally_.trained_words += static_cast<std::int64_t>(subsampled_.size());
  if (subsampled_.size() < 2) return;
  const auto window = static_cast<std::size_t>(context_->options().window);
  reserve(static_cast<int>(std::min(subsampled_.size() - 1, 2 * window)));
  const std::size_t count = subsampled_.size();
  for (std::size_t next = 0; next < count + kPrefetchWindows; ++next) {
    if (cancelled_->load(std::memory_order_relaxed)) return;  // a sentence with wide windows can take seconds
    if (next < count && next % kBatch == 0) draw(next, std::min(next + kBatch, count), generator);
    if (next < count) prepare(next);
    if (next >= kPrefetchWindows) update(next - kPrefetchWindows, rate);
  }
}

Tally SentenceTrainer::take_tally() {
  context_->kernels().fold_loss(loss_);
  tally_.loss = std::exchange(loss_.total, 0.0);
  return std::exchange(tally_, Tally{});
}

void SentenceTrainer::subsample(std::span<const std::int32_t> sentence, random::Generator& generator) {
  if (subsampled_.capacity() < sentence.size()) subsampled_.reserve(sentence.size());
  subsampled_.resize(sentence.size());
  const Subsampling& subsampling = context_->subsampling();
  std::size_t count = 0;
  for (const std::int32_t word : sentence) {
    subsampled_[count] = word;
    count += subsampling.keeps(word, static_cast<std::uint32_t>(generator.next() >> 32)) ? 1 : 0;
  }
  subsampled_.resize(count);
  subsampled_rows_.resize(count);
  for (std::size_t i = 0; i < count; ++i) subsampled_rows_[i] = context_->parameters().input.row(subsampled_[i]);
}

// Draws window radii and negative samples for the positions [begin, end) together: the table lookups are independent,
// so their cache misses overlap.
void SentenceTrainer::draw(std::size_t begin, std::size_t end, random::Generator& generator) {
  const Options& options = context_->options();
  for (std::size_t i = begin; i < end; ++i)
    radii_[i % kBatch] = options.shrink_windows
                             ? 1 + static_cast<int>(generator.below(static_cast<std::uint32_t>(options.window)))
                             : options.window;
  if (context_->sampler() == nullptr) return;
  const std::size_t count = (end - begin) * static_cast<std::size_t>(options.negative);
  for (std::size_t k = 0; k < count; ++k) noise_[k] = context_->sampler()->draw(generator.next());
}

// Sets up the window of a position kPrefetchWindows steps before its update, so that its rows are cached by then.
void SentenceTrainer::prepare(std::size_t position) {
  SampledWindow& window = windows_[position % windows_.size()];
  const auto negative = static_cast<std::size_t>(context_->options().negative);
  const std::span<const std::int32_t> noise(noise_.data() + position % kBatch * negative, negative);
  window.radius = radii_[position % kBatch];
  set_window(*context_, subsampled_[position], noise, window);
  const std::size_t entering = position + static_cast<std::size_t>(window.radius);
  window.rows[window.outputs] = subsampled_rows_[std::min(entering, subsampled_.size() - 1)];
}

void SentenceTrainer::update(std::size_t position, float rate) {
  const SampledWindow& window = windows_[position % windows_.size()];
  const SampledWindow& later = windows_[(position + kPrefetchWindows) % windows_.size()];
  gather_context(position, window.radius);
  const auto n = static_cast<int>(context_rows_.size());
  const bool is_last = position + kPrefetchWindows >= subsampled_.size();
  const Options& options = context_->options();
  const float share = 1.0f / static_cast<float>(n);
  const kernels::Window update{
      {context_rows_.data(), context_update_scale_.empty() ? nullptr : context_update_scale_.data(), n},
      {window.rows.data(), window.signs.data(), window.repeats.data(), window.outputs, window.max_repeats,
       !options.train_output},
      {later.rows.data(), is_last ? 0 : later.outputs + 1},
      context_->width(),
      rate,
      options.cbow_mean ? share : 1.0f,
      options.cbow_mean ? 1.0f : share,
      scratch_.data(),
      &loss_};
  switch (options.architecture) {
    case Architecture::kSkipGram:
      context_->kernels().skipgram(update);
      break;
    case Architecture::kCbow:
      context_->kernels().cbow(update);
      break;
  }
  const std::int64_t pairs = options.architecture == Architecture::kCbow ? 1 : n;
  tally_.pairs += pairs;
  tally_.scores += pairs * window.scores;
}

void SentenceTrainer::gather_context(std::size_t position, int radius) {
  const auto& parameters = context_->parameters();
  const std::size_t begin = position - std::min(position, static_cast<std::size_t>(radius));
  const std::size_t end = std::min(position + static_cast<std::size_t>(radius) + 1, subsampled_.size());
  context_rows_.assign(subsampled_rows_.begin() + static_cast<std::ptrdiff_t>(begin),
                       subsampled_rows_.begin() + static_cast<std::ptrdiff_t>(position));
  context_rows_.insert(context_rows_.end(), subsampled_rows_.begin() + static_cast<std::ptrdiff_t>(position) + 1,
                       subsampled_rows_.begin() + static_cast<std::ptrdiff_t>(end));
  if (parameters.update_scale.empty()) return;
  context_update_scale_.clear();
  for (std::size_t i = begin; i < end; ++i)
    if (i != position) context_update_scale_.push_back(parameters.update_scale[subsampled_[i]]);
}

void SentenceTrainer::reserve(int inputs) {
  const auto needed =
      static_cast<std::size_t>(kernels::scratch_floats(inputs, context_->max_outputs(), context_->width()));
  if (scratch_.size() < needed) scratch_ = memory::AlignedBuffer<float>(needed);
  context_rows_.reserve(static_cast<std::size_t>(inputs));
}

}  // namespace wordkin::word2vec
