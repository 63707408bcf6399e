#include "word2vec/tag_trainer.h"

#include <algorithm>
#include <array>

namespace wordkin::word2vec {
namespace {

constexpr std::size_t kPositions = kernels::kMaxTagPositions;
constexpr int kSortedRadius = 15;  // windows with larger radii are not sorted

std::size_t outputs_per_window(const TrainingContext& context) {
  return 1 + static_cast<std::size_t>(context.options().negative);
}

}  // namespace

TagTrainer::TagTrainer(const TrainingContext& context, const std::atomic<bool>& cancelled)
    : context_(&context),
      cancelled_(&cancelled),
      noise_(kPositions * static_cast<std::size_t>(context.options().negative)),
      outputs_((kPositions + kernels::kPrefetchedPositions) * outputs_per_window(context)),
      contexts_(kPositions),
      order_(kPositions),
      scratch_(static_cast<std::size_t>(kernels::tag_floats(context.options().negative, context.width()))),
      no_row_(static_cast<std::size_t>(context.width())) {}

bool TagTrainer::supports(const TrainingContext& context) {
  const Options& options = context.options();
  return options.architecture == Architecture::kCbow && options.documents && options.documents->use_words &&
         !options.documents->train_words && !options.train_output && !context.concatenates() &&
         context.sampler() != nullptr && context.tree() == nullptr;
}

void TagTrainer::train(std::span<const std::int32_t> document, float* tag, float rate, random::Generator& generator) {
  const Options& options = context_->options();
  context_->subsampling().subsample(document, words_, generator);
  draw_radii(generator);
  draw_noise(std::min(kPositions, words_.size()), generator);
  for (std::size_t first = 0; first < words_.size(); first += kPositions) {
    if (cancelled_->load(std::memory_order_relaxed)) return;
    const std::size_t count = std::min(kPositions, words_.size() - first);
    set_outputs(first, count);
    set_contexts(first, count);
    draw_noise(std::min(kPositions, words_.size() - first - count), generator);
    context_->kernels().tag_windows({tag, word_rows_.data(), contexts_.data(), order_.data(), outputs_.data(),
                                     static_cast<int>(count), options.negative, options.cbow_mean, rate,
                                     context_->width(), scratch_.data()});
  }
}

void TagTrainer::draw_radii(random::Generator& generator) {
  const Options& options = context_->options();
  const std::size_t count = words_.size();
  word_rows_.resize(count);
  radii_.resize(count);
  for (std::size_t i = 0; i < count; ++i) word_rows_[i] = context_->parameters().input.row(words_[i]);
  for (std::size_t i = 0; i < count; ++i)
    radii_[i] = options.shrink_windows
                    ? 1 + static_cast<int>(generator.below(static_cast<std::uint32_t>(options.window)))
                    : options.window;
}

// Draws random numbers for windows whose negative samples are looked up after the current ones are trained.
void TagTrainer::draw_noise(std::size_t windows, random::Generator& generator) {
  const NegativeSampler& sampler = *context_->sampler();
  const std::size_t draws = windows * static_cast<std::size_t>(context_->options().negative);
  for (std::size_t k = 0; k < draws; ++k) {
    noise_[k] = generator.next();
    sampler.prefetch(noise_[k]);
  }
}

// A sample that equals its target is replaced by zeros, which change nothing.
void TagTrainer::set_outputs(std::size_t first, std::size_t count) {
  const memory::MatrixView<float>& output = context_->parameters().output;
  const NegativeSampler& sampler = *context_->sampler();
  const int negative = context_->options().negative;
  const float** row = outputs_.data();
  const std::uint64_t* noise = noise_.data();
  for (std::size_t i = first; i < first + count; ++i) {
    *row++ = output.row(words_[i]);
    for (int k = 0; k < negative; ++k) {
      const std::int32_t word = sampler.draw(*noise++);
      *row++ = word == words_[i] ? no_row_.data() : output.row(word);
    }
  }
  std::fill_n(row, kernels::kPrefetchedPositions * outputs_per_window(*context_), no_row_.data());
}

// Sets the contexts of windows, and sorts the windows by their radii.
void TagTrainer::set_contexts(std::size_t first, std::size_t count) {
  const std::size_t last = words_.size();
  std::array<std::uint8_t, kSortedRadius + 1> ends{};
  const auto bucket_of = [&](std::size_t i) {
    return static_cast<std::size_t>(std::min(radii_[first + i], kSortedRadius));
  };
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t position = first + i, radius = static_cast<std::size_t>(radii_[position]);
    contexts_[i] = {static_cast<int>(position - std::min(position, radius)), static_cast<int>(position),
                    static_cast<int>(std::min(position + radius + 1, last))};
    ++ends[bucket_of(i)];
  }
  for (std::size_t r = 1; r < ends.size(); ++r) ends[r] = static_cast<std::uint8_t>(ends[r] + ends[r - 1]);
  for (std::size_t i = count; i-- > 0;) order_[--ends[bucket_of(i)]] = static_cast<std::uint8_t>(i);
}

}  // namespace wordkin::word2vec
