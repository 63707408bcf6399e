#include "word2vec/tag_trainer.h"

#include <algorithm>

namespace wordkin::word2vec {
namespace {

constexpr std::size_t kPositions = kernels::kMaxPositions;

std::size_t outputs_per_window(const TrainingContext& context) {
  return 1 + static_cast<std::size_t>(context.options().negative);
}

}  // namespace

TagTrainer::TagTrainer(const TrainingContext& context, const std::atomic<bool>& cancelled)
    : context_(&context),
      cancelled_(&cancelled),
      input_counts_(kPositions),
      scratch_(static_cast<std::size_t>(kernels::tag_floats(context.width()))),
      no_row_(static_cast<std::size_t>(context.width())) {
  for (Group& group : groups_) group.outputs.resize(kPositions * outputs_per_window(context));
}

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
  begin_group(0, generator, groups_[0]);
  for (std::size_t number = 0; groups_[number % 2].count > 0; ++number) {
    if (cancelled_->load(std::memory_order_relaxed)) return;
    const Group& group = groups_[number % 2];
    Group& next = groups_[(number + 1) % 2];
    begin_group(group.first + group.count, generator, next);
    gather_inputs(group, tag);
    context_->kernels().tag_windows(
        {tag,
         inputs_.data(),
         input_counts_.data(),
         group.outputs.data(),
         static_cast<int>(group.count),
         options.negative,
         options.cbow_mean,
         rate,
         context_->width(),
         {next.outputs.data(), static_cast<int>(next.count * outputs_per_window(*context_))},
         scratch_.data()});
  }
}

void TagTrainer::draw_radii(random::Generator& generator) {
  const Options& options = context_->options();
  word_rows_.clear();
  radii_.clear();
  for (const std::int32_t word : words_) {
    word_rows_.push_back(context_->parameters().input.row(word));
    radii_.push_back(options.shrink_windows
                         ? 1 + static_cast<int>(generator.below(static_cast<std::uint32_t>(options.window)))
                         : options.window);
  }
}

// A sample that equals its target is replaced by zeros, which change nothing.
void TagTrainer::begin_group(std::size_t first, random::Generator& generator, Group& group) {
  const memory::MatrixView<float>& output = context_->parameters().output;
  group.first = first;
  group.count = std::min(kPositions, words_.size() - first);
  float** row = group.outputs.data();
  for (std::size_t i = first; i < first + group.count; ++i) {
    *row++ = output.row(words_[i]);
    for (int k = 0; k < context_->options().negative; ++k) {
      const std::int32_t word = context_->sampler()->draw(generator.next());
      *row++ = word == words_[i] ? no_row_.data() : output.row(word);
    }
  }
}

// Collects the words around each position of a group, and the tag.
void TagTrainer::gather_inputs(const Group& group, float* tag) {
  inputs_.clear();
  for (std::size_t i = 0; i < group.count; ++i) {
    const std::size_t position = group.first + i, radius = static_cast<std::size_t>(radii_[position]);
    const auto begin = word_rows_.begin() + static_cast<std::ptrdiff_t>(position - std::min(position, radius));
    const auto at = word_rows_.begin() + static_cast<std::ptrdiff_t>(position);
    const auto end = word_rows_.begin() + static_cast<std::ptrdiff_t>(std::min(position + radius + 1, words_.size()));
    const std::size_t before = inputs_.size();
    inputs_.insert(inputs_.end(), begin, at);
    inputs_.insert(inputs_.end(), at + 1, end);
    inputs_.push_back(tag);
    input_counts_[i] = static_cast<int>(inputs_.size() - before);
  }
}

}  // namespace wordkin::word2vec
