#include "word2vec/concatenation_trainer.h"

#include <utility>

#include "memory/prefetch.h"

namespace wordkin::word2vec {

ConcatenationTrainer::ConcatenationTrainer(const TrainingContext& context, const std::atomic<bool>& cancelled)
    : context_(&context),
      cancelled_(&cancelled),
      groups_(kPrefetchGroups + 1, Group{SampledWindow(context.max_outputs()), {}, {}}),
      noise_(static_cast<std::size_t>(context.options().negative)),
      scratch_(static_cast<std::size_t>(kernels::concatenation_floats(
          static_cast<std::int64_t>(context.documents_together()), context.max_outputs(), context.width()))) {}

void ConcatenationTrainer::begin(std::span<const std::int32_t> document, const TagRows& tags,
                                 random::Generator& generator) {
  Document& added = documents_[active_];
  context_->subsampling().subsample(document, added.words, generator);
  tally_.trained_words += static_cast<std::int64_t>(added.words.size());
  if (added.words.empty()) return;
  added.tags.assign(tags.rows.begin(), tags.rows.end());
  added.tag_update_scale.assign(tags.update_scale.begin(), tags.update_scale.end());
  added.raw_words = document.size();
  added.next = 0;
  ++active_;
}

bool ConcatenationTrainer::advance(std::size_t groups, float rate, random::Generator& generator) {
  const std::size_t documents = active_;
  for (; groups > 0 && active_ == documents; --groups) {
    if (cancelled_->load(std::memory_order_relaxed)) return false;
    const bool has_new = active_ > 0;
    if (!has_new && prepared_ == updated_) return false;
    if (has_new) prepare(generator);
    const bool is_full = prepared_ - updated_ > kPrefetchGroups;
    if (is_full || !has_new) {
      update(rate, is_full);
    } else {  // no update precedes the group
      const SampledWindow& window = groups_[(prepared_ - 1) % groups_.size()].outputs;
      for (int i = 0; i < window.prefetches; ++i)
        memory::prefetch(window.rows[static_cast<std::size_t>(i)], context_->width());
    }
  }
  return true;
}

double ConcatenationTrainer::untrained_words() const {
  double words = 0.0;
  for (const Document& document : std::span(documents_).first(active_))
    words += static_cast<double>(document.raw_words) *
             (1.0 - static_cast<double>(document.next) / static_cast<double>(document.words.size()));
  return words;
}

Tally ConcatenationTrainer::take_tally() {
  context_->kernels().fold_loss(loss_);
  tally_.loss = std::exchange(loss_.total, 0.0);
  return std::exchange(tally_, Tally{});
}

// Sets up the next group kPrefetchGroups steps before its update, so that its rows are cached by then.
void ConcatenationTrainer::prepare(random::Generator& generator) {
  Group& group = groups_[prepared_ % groups_.size()];
  group.inputs.clear();
  group.update_scale.clear();
  targets_.clear();
  for (const Document& document : std::span(documents_).first(active_)) {
    targets_.push_back(document.words[document.next]);
    gather_inputs(document, group);
  }
  for (std::int32_t& word : noise_) word = context_->sampler()->draw(generator.next());
  set_window(*context_, targets_, noise_, group.outputs);
  for (const Document& document : std::span(documents_).first(active_)) prefetch_entering(document);
  for (Document& document : std::span(documents_).first(active_)) ++document.next;
  remove_ended();
  ++prepared_;
}

// Collects the tags of a document, and the words before and after its position, each in its place.
void ConcatenationTrainer::gather_inputs(const Document& document, Group& group) const {
  const Parameters& parameters = context_->parameters();
  const bool scales = !parameters.update_scale.empty() || !document.tag_update_scale.empty();
  group.inputs.insert(group.inputs.end(), document.tags.begin(), document.tags.end());
  if (scales && document.tag_update_scale.empty()) group.update_scale.resize(group.inputs.size(), 1.0f);
  group.update_scale.insert(group.update_scale.end(), document.tag_update_scale.begin(),
                            document.tag_update_scale.end());
  const auto window = static_cast<std::ptrdiff_t>(context_->options().window);
  const auto at = static_cast<std::ptrdiff_t>(document.next), count = std::ssize(document.words);
  for (std::ptrdiff_t i = at - window; i <= at + window; ++i) {
    if (i == at) continue;
    const bool is_inside = i >= 0 && i < count;
    const std::int32_t word =
        is_inside ? document.words[static_cast<std::size_t>(i)] : context_->options().documents->null_word;
    group.inputs.push_back(parameters.input.row(word));
    if (scales)
      group.update_scale.push_back(
          parameters.update_scale.empty() ? 1.0f : parameters.update_scale[static_cast<std::size_t>(word)]);
  }
}

// Prefetches the word that comes into the reach of the window.
void ConcatenationTrainer::prefetch_entering(const Document& document) const {
  const std::size_t entering = document.next + static_cast<std::size_t>(context_->options().window);
  if (entering < document.words.size())
    memory::prefetch(context_->parameters().input.row(document.words[entering]), context_->parameters().input.columns);
}

void ConcatenationTrainer::remove_ended() {
  for (std::size_t i = active_; i-- > 0;)
    if (documents_[i].next == documents_[i].words.size()) std::swap(documents_[i], documents_[--active_]);
}

// has_new_group: whether the newest group is prefetched meanwhile.
void ConcatenationTrainer::update(float rate, bool has_new_group) {
  Group& group = groups_[updated_++ % groups_.size()];
  const SampledWindow& window = group.outputs;
  const SampledWindow& newest = groups_[(prepared_ - 1) % groups_.size()].outputs;
  const Options& options = context_->options();
  const auto inputs = static_cast<int>(group.inputs.size());
  // Without training of words, only tags, the first inputs of each window, are updated.
  const int update_end = options.documents->train_words ? inputs / window.targets : options.documents->tag_count;
  context_->kernels().concatenation(
      {{group.inputs.data(), group.update_scale.empty() ? nullptr : group.update_scale.data(), inputs, 0, update_end},
       {window.rows.data(), window.signs.data(), window.repeats.data(), window.outputs, window.max_repeats,
        !options.train_output},
       {newest.rows.data(), has_new_group ? newest.prefetches : 0},
       context_->width(),
       static_cast<int>(options.documents->vector_size),
       window.targets,
       rate,
       1.0f,
       1.0f,
       scratch_.data(),
       &loss_});
  tally_.pairs += window.targets;
  tally_.scores += window.scores;
}

}  // namespace wordkin::word2vec
