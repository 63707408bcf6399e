#include "word2vec/sentence_trainer.h"

#include <algorithm>
#include <utility>

#include "memory/prefetch.h"

namespace wordkin::word2vec {
namespace {

constexpr std::size_t kBatch = 64;           // windows for which random numbers are drawn together
constexpr std::size_t kPrefetchWindows = 2;  // windows between prefetching the rows of a window and updating them

static_assert(kTargetsPerWindow <= kernels::kMaxPositions);

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
      windows_(kPrefetchWindows + 1, SampledWindow(context.max_outputs())) {
  if (context.parameters().subwords) composed_.emplace(context);
}

void SentenceTrainer::begin(std::span<const std::int32_t> sentence, const TagRows& tags, random::Generator& generator) {
  has_room_ = false;  // not even if nothing is left of it: the next sentence has the learning rate after this one
  raw_words_ = sentence.size();
  subsample(sentence, generator);
  tags_ = tags;
  next_ = 0;
  tally_.trained_words += static_cast<std::int64_t>(subsampled_.size());
  const int inputs = context_->max_inputs(subsampled_.size(), tags.rows.size());
  if (inputs == 0) subsampled_.clear();
  targets_per_window_ = context_->targets_per_window(tags.rows.size());
  if (!subsampled_.empty()) reserve(inputs);
  window_count_ = (subsampled_.size() + targets_per_window_ - 1) / targets_per_window_;
  if (composed_) composed_->start(subsampled_, static_cast<std::size_t>(context_->options().window));
}

bool SentenceTrainer::advance(std::size_t windows, float rate, random::Generator& generator) {
  const std::size_t count = window_count_;
  if (count == 0) {
    has_room_ = true;
    return false;
  }
  for (const std::size_t end = std::min(next_ + windows, count + kPrefetchWindows); next_ < end; ++next_) {
    if (cancelled_->load(std::memory_order_relaxed)) {  // a sentence with wide windows can take seconds
      if (composed_) composed_->finish();
      return false;
    }
    if (next_ < count && next_ % kBatch == 0) draw(next_, std::min(next_ + kBatch, count), generator);
    if (next_ < count) prepare(next_);
    if (next_ < std::min(count, kPrefetchWindows)) prefetch(windows_[next_]);
    if (next_ >= kPrefetchWindows) update(next_ - kPrefetchWindows, rate);
  }
  const bool is_left = next_ < count + kPrefetchWindows;
  if (composed_ && !is_left) composed_->finish();
  has_room_ = !is_left;
  return is_left;
}

double SentenceTrainer::untrained_words() const {
  if (next_ >= window_count_) return 0.0;
  return static_cast<double>(raw_words_) * (1.0 - static_cast<double>(next_) / static_cast<double>(window_count_));
}

Tally SentenceTrainer::take_tally() {
  context_->kernels().fold_loss(loss_);
  tally_.loss = std::exchange(loss_.total, 0.0);
  return std::exchange(tally_, Tally{});
}

void SentenceTrainer::subsample(std::span<const std::int32_t> sentence, random::Generator& generator) {
  context_->subsampling().subsample(sentence, subsampled_, generator);
  if (composed_) return;
  subsampled_rows_.resize(subsampled_.size());
  for (std::size_t i = 0; i < subsampled_.size(); ++i)
    subsampled_rows_[i] = context_->parameters().input.row(subsampled_[i]);
}

// Draws the radii and negative samples of the windows [begin, end) together: the table lookups are independent,
// so their cache misses overlap.
void SentenceTrainer::draw(std::size_t begin, std::size_t end, random::Generator& generator) {
  const Options& options = context_->options();
  const bool shrinks = options.shrink_windows && uses_words();
  for (std::size_t i = begin; i < end; ++i)
    radii_[i % kBatch] =
        shrinks ? 1 + static_cast<int>(generator.below(static_cast<std::uint32_t>(options.window))) : options.window;
  if (context_->tree() != nullptr)
    for (std::size_t i = begin; i < end; ++i) context_->tree()->prefetch_path(subsampled_[i * targets_per_window_]);
  const NegativeSampler* const sampler = context_->sampler();
  if (sampler == nullptr) return;
  const std::size_t count = (end - begin) * static_cast<std::size_t>(options.negative);
  for (std::size_t k = 0; k < count; ++k) noise_[k] = sampler->draw(generator.next());
}

// Sets up a window kPrefetchWindows steps before its update, so that its rows are cached by then.
void SentenceTrainer::prepare(std::size_t index) {
  SampledWindow& window = windows_[index % windows_.size()];
  const auto negative = static_cast<std::size_t>(context_->options().negative);
  const std::span<const std::int32_t> noise(noise_.data() + index % kBatch * negative, negative);
  window.radius = radii_[index % kBatch];
  const std::size_t first = index * targets_per_window_;
  const std::size_t count = std::min(targets_per_window_, subsampled_.size() - first);
  set_window(*context_, std::span<const std::int32_t>(subsampled_).subspan(first, count), noise, window);
  if (uses_words()) prefetch_entering(first, first + count - 1, window);
}

// Prefetches the rows of a window that no update precedes.
void SentenceTrainer::prefetch(const SampledWindow& window) const {
  for (int i = 0; i < window.prefetches; ++i)
    memory::prefetch(window.rows[static_cast<std::size_t>(i)], context_->width());
}

// first, position: the first and the last target of the window.
void SentenceTrainer::prefetch_entering(std::size_t first, std::size_t position, SampledWindow& window) const {
  const std::size_t last = subsampled_.size() - 1;
  if (!composed_) {
    // Rows within the largest radius, each once: the radii of the windows that follow are not known yet.
    const auto reach = static_cast<std::size_t>(context_->options().window);
    const std::size_t begin = first == 0 ? 0 : first + std::min(reach, last);
    const std::size_t end = std::min(position + std::min(reach, last), last) + 1;
    for (std::size_t i = begin; i < std::min(end, begin + SampledWindow::kMaxEntering); ++i)
      window.prefetch(subsampled_rows_[i]);
    return;
  }
  const std::size_t entering = position + std::min<std::size_t>(context_->options().window, last);
  if (entering > last) return;
  const Parameters& parameters = context_->parameters();
  if (parameters.input.rows > 0) window.prefetch(parameters.input.row(subsampled_[entering]));
  const auto buckets = parameters.subwords->of(subsampled_[entering]);
  const std::size_t count = std::min<std::size_t>(buckets.size(), SampledWindow::kMaxEntering - 1);
  for (const auto bucket : buckets.first(count)) window.prefetch(parameters.subwords->rows.row(bucket));
}

void SentenceTrainer::update(std::size_t index, float rate) {
  const SampledWindow& window = windows_[index % windows_.size()];
  const SampledWindow& later = windows_[(index + kPrefetchWindows) % windows_.size()];
  gather_context(index * targets_per_window_, window);
  const auto n = static_cast<int>(context_rows_.size());
  const bool is_last = index + kPrefetchWindows >= window_count_;
  const Options& options = context_->options();
  const float share = 1.0f / static_cast<float>(composed_ ? context_parts_ : n);
  const auto words = n - static_cast<int>(tags_.rows.size());  // the first inputs
  const bool train_words = !options.documents || options.documents->train_words;
  const kernels::Window update{
      {context_rows_.data(), context_update_scale_.empty() ? nullptr : context_update_scale_.data(), n,
       train_words ? 0 : words, n},
      {window.rows.data(), window.signs.data(), window.repeats.data(), window.outputs, window.max_repeats,
       !options.train_output},
      {later.rows.data(), is_last ? 0 : later.prefetches},
      context_->width(),
      0,
      1,
      rate,
      options.cbow_mean ? share : 1.0f,
      options.cbow_mean ? 1.0f : share,
      scratch_.data(),
      &loss_};
  const bool is_skipgram = options.architecture == Architecture::kSkipGram;
  if (is_skipgram)
    context_->kernels().skipgram(update);
  else
    context_->kernels().cbow(update);
  const std::int64_t pairs = is_skipgram ? n : 1;  // with each target
  tally_.pairs += pairs * window.targets;
  tally_.scores += pairs * window.scores;
}

void SentenceTrainer::gather_context(std::size_t position, const SampledWindow& window) {
  context_rows_.clear();
  context_update_scale_.clear();
  if (composed_) {
    gather_composed(position, window.radius);
    return;
  }
  if (uses_words()) gather_neighbours(position, window.radius);
  gather_tags();
}

void SentenceTrainer::gather_neighbours(std::size_t position, int radius) {
  const std::size_t begin = position - std::min(position, static_cast<std::size_t>(radius));
  const std::size_t end = std::min(position + static_cast<std::size_t>(radius) + 1, subsampled_.size());
  context_rows_.insert(context_rows_.end(), subsampled_rows_.begin() + static_cast<std::ptrdiff_t>(begin),
                       subsampled_rows_.begin() + static_cast<std::ptrdiff_t>(position));
  context_rows_.insert(context_rows_.end(), subsampled_rows_.begin() + static_cast<std::ptrdiff_t>(position) + 1,
                       subsampled_rows_.begin() + static_cast<std::ptrdiff_t>(end));
  if (!scales_updates()) return;
  for (std::size_t i = begin; i < end; ++i)
    if (i != position) context_update_scale_.push_back(scale_of_word(subsampled_[i]));
}

void SentenceTrainer::gather_composed(std::size_t position, int radius) {
  composed_->move_to(position);
  context_parts_ = 0;
  const std::size_t begin = position - std::min(position, static_cast<std::size_t>(radius));
  const std::size_t end = std::min(position + static_cast<std::size_t>(radius) + 1, subsampled_.size());
  for (std::size_t i = begin; i < end; ++i) {
    if (i == position) continue;
    context_rows_.push_back(composed_->row(i));
    context_update_scale_.push_back(composed_->update_scale(i));
    context_parts_ += composed_->parts(i);
  }
}

void SentenceTrainer::gather_tags() {
  context_rows_.insert(context_rows_.end(), tags_.rows.begin(), tags_.rows.end());
  if (!scales_updates()) return;
  for (std::size_t i = 0; i < tags_.rows.size(); ++i)
    context_update_scale_.push_back(tags_.update_scale.empty() ? 1.0f : tags_.update_scale[i]);
}

bool SentenceTrainer::uses_words() const {
  return !context_->options().documents || context_->options().documents->use_words;
}

bool SentenceTrainer::scales_updates() const {
  return !context_->parameters().update_scale.empty() || !tags_.update_scale.empty();
}

float SentenceTrainer::scale_of_word(std::int32_t word) const {
  const auto& scale = context_->parameters().update_scale;
  return scale.empty() ? 1.0f : scale[static_cast<std::size_t>(word)];
}

void SentenceTrainer::reserve(int inputs) {
  const auto needed =
      static_cast<std::size_t>(kernels::scratch_floats(inputs, context_->max_outputs(), context_->width()));
  if (scratch_.size() < needed) scratch_ = memory::AlignedBuffer<float>(needed);
  context_rows_.reserve(static_cast<std::size_t>(inputs));
}

}  // namespace wordkin::word2vec
