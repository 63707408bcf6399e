#include "word2vec/word_tag_trainer.h"

#include <algorithm>

namespace wordkin::word2vec {
namespace {

constexpr std::size_t kLanes = 8;  // of which strides are multiples

template <std::size_t N>
bool are_distinct_words(std::span<const std::int32_t, N> words) {
  bool is_repeated = false;
  for (std::size_t i = 1; i < words.size(); ++i)
    for (std::size_t k = 0; k < i; ++k) is_repeated |= words[i] == words[k];
  return !is_repeated;
}

// Whether no two of the words are equal.
bool are_distinct(std::span<const std::int32_t> words) {
  if (words.size() == kLanes) return are_distinct_words<kLanes>(words.first<kLanes>());  // loops of known length
  return are_distinct_words<std::dynamic_extent>(words);
}

}  // namespace

WordTagTrainer::WordTagTrainer(const TrainingContext& context, const std::atomic<bool>& cancelled)
    : context_(&context),
      cancelled_(&cancelled),
      stride_((static_cast<std::size_t>(context.max_outputs()) + kLanes - 1) / kLanes * kLanes),
      noise_(kWindows * static_cast<std::size_t>(context.options().negative)),
      ids_(static_cast<std::size_t>(context.max_outputs())),
      outputs_((kWindows + kernels::kPrefetchedTagWords) * stride_, context.parameters().output.row(0)),
      weights_(kWindows * stride_ + kLanes),
      counts_(kWindows),
      repeated_(context.max_outputs()),
      scratch_(stride_ + kLanes) {}

bool WordTagTrainer::supports(const TrainingContext& context) {
  const Options& options = context.options();
  return options.documents && !options.documents->use_words && !options.train_output && !context.concatenates() &&
         options.architecture == Architecture::kSkipGram && context.sampler() != nullptr && context.tree() == nullptr &&
         context.max_outputs() < 256;
}

void WordTagTrainer::train(std::span<const std::int32_t> document, float* tag, float rate,
                           random::Generator& generator) {
  context_->subsampling().subsample(document, words_, generator);
  const std::size_t targets = context_->targets_per_window(1);
  for (std::size_t first = 0; first < words_.size();) {
    if (cancelled_->load(std::memory_order_relaxed)) return;
    const std::size_t windows = std::min(kWindows, (words_.size() - first + targets - 1) / targets);
    draw_noise(windows, generator);
    for (std::size_t i = 0; i < windows; ++i, first += targets)
      set_window(i, std::span(words_).subspan(first, std::min(targets, words_.size() - first)));
    context_->kernels().tag_words({tag, outputs_.data(), weights_.data(), counts_.data(), static_cast<int>(windows),
                                   static_cast<int>(stride_), rate, context_->width(), scratch_.data()});
  }
}

void WordTagTrainer::draw_noise(std::size_t windows, random::Generator& generator) {
  const std::size_t draws = windows * static_cast<std::size_t>(context_->options().negative);
  for (std::size_t k = 0; k < draws; ++k) noise_[k] = context_->sampler()->draw(generator.next());
}

void WordTagTrainer::set_window(std::size_t index, std::span<const std::int32_t> targets) {
  const memory::MatrixView<float>& output = context_->parameters().output;
  const auto negative = static_cast<std::size_t>(context_->options().negative);
  const std::size_t count = targets.size() + negative;
  std::copy(targets.begin(), targets.end(), ids_.begin());
  std::copy_n(noise_.begin() + static_cast<std::ptrdiff_t>(index * negative), negative,
              ids_.begin() + static_cast<std::ptrdiff_t>(targets.size()));
  const float** rows = outputs_.data() + index * stride_;
  float* weights = weights_.data() + index * stride_;
  if (are_distinct({ids_.data(), count})) {
    for (std::size_t k = 0; k < count; ++k) rows[k] = output.row(ids_[k]);
    std::fill_n(weights, targets.size(), 1.0f);
    std::fill_n(weights + targets.size(), negative, -static_cast<float>(targets.size()));
    counts_[index] = static_cast<std::uint8_t>(count);
    return;
  }
  word2vec::set_window(*context_, targets, {noise_.data() + index * negative, negative}, repeated_);
  counts_[index] = static_cast<std::uint8_t>(repeated_.outputs);
  for (std::size_t k = 0; k < counts_[index]; ++k) {
    rows[k] = repeated_.rows[k];
    weights[k] = repeated_.signs[k] * repeated_.repeats[k];
  }
}

}  // namespace wordkin::word2vec
