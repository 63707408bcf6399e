#include "word2vec/composed_rows.h"

#include <algorithm>

namespace wordkin::word2vec {

void ComposedRows::start(std::span<const std::int32_t> sentence, std::size_t window) {
  sentence_ = sentence;
  window_ = std::min(window, sentence.size());
  begin_ = end_ = 0;
  const std::size_t reach = std::min(sentence.size(), 2 * window_ + 1);
  if (slots_.size() >= reach) return;
  slots_.assign(reach, Slot{});
  slot_of_.resize(reach);
  rows_ = memory::AlignedBuffer<float>(2 * reach * static_cast<std::size_t>(context_->width()));
}

void ComposedRows::move_to(std::size_t position) {
  const std::size_t first = position - std::min(position, window_);
  const std::size_t last = std::min(position + window_ + 1, sentence_.size());
  for (; begin_ < first; ++begin_) leave(begin_);
  for (; end_ < last; ++end_) enter(end_);
}

void ComposedRows::finish() {
  for (; begin_ < end_; ++begin_) leave(begin_);
}

void ComposedRows::enter(std::size_t position) {
  const std::int32_t word = sentence_[position];
  std::size_t free = 0, slot = 0;
  for (; slot < slots_.size() && slots_[slot].word != word; ++slot)
    if (slots_[slot].word < 0) free = slot;
  if (slot == slots_.size()) {
    slot = free;  // there is one: at least as many slots as words in reach
    slots_[slot].word = word;
    compose(slot);
  }
  ++slots_[slot].users;
  slot_of_[position % slot_of_.size()] = slot;
}

void ComposedRows::leave(std::size_t position) {
  const std::size_t slot = slot_of_[position % slot_of_.size()];
  if (--slots_[slot].users > 0) return;
  write_back(slot);
  slots_[slot].word = -1;
}

void ComposedRows::gather(std::int32_t word) {
  const Parameters& parameters = context_->parameters();
  const Subwords& subwords = *parameters.subwords;
  const auto buckets = subwords.of(word);
  parts_.clear();
  if (has_word_rows()) parts_.push_back(parameters.input.row(word));
  for (const auto bucket : buckets) parts_.push_back(subwords.rows.row(bucket));
  scales_.clear();
  if (parameters.update_scale.empty() && subwords.update_scale.empty()) return;
  if (has_word_rows()) scales_.push_back(parameters.update_scale.empty() ? 1.0f : parameters.update_scale[word]);
  for (const auto bucket : buckets)
    scales_.push_back(subwords.update_scale.empty() ? 1.0f : subwords.update_scale[bucket]);
}

void ComposedRows::compose(std::size_t slot) {
  gather(slots_[slot].word);
  const auto parts = static_cast<float>(parts_.size());
  float total = parts;
  if (!scales_.empty()) {
    total = 0.0f;
    for (const float scale : scales_) total += scale;
  }
  slots_[slot].update_scale = are_sums() ? total : total / parts;
  float* row = after(slot);
  context_->kernels().sum_rows(row, parts_.data(), static_cast<std::int64_t>(parts_.size()),
                               are_sums() ? 1.0f : 1.0f / parts, context_->width());
  std::copy_n(row, context_->width(), before(slot));
}

void ComposedRows::write_back(std::size_t slot) {
  const float update_scale = slots_[slot].update_scale;
  if (update_scale == 0.0f) return;  // all rows are frozen
  gather(slots_[slot].word);
  context_->kernels().change_rows({parts_.data(), scales_.empty() ? nullptr : scales_.data(),
                                   static_cast<std::int64_t>(parts_.size()), after(slot), before(slot),
                                   1.0f / update_scale, context_->width()});
}

}  // namespace wordkin::word2vec
