#include "phrases/phrase_table.h"

namespace wordkin::phrases {

void PhraseTable::insert(std::size_t index, std::uint32_t tag, const PhraseKey& key, std::int64_t count) {
  if (entries_.size() >= std::numeric_limits<std::int32_t>::max())
    throw std::length_error("more than 2^31 - 1 distinct phrases in one table; reduce max_vocab_size");
  entries_.push_back({count, key.phrase});
  slots_[index] = {tag, static_cast<std::uint32_t>(entries_.size())};
  if (5 * entries_.size() > 3 * slots_.size()) grow();
}

void PhraseTable::insert_slot(Slot slot) {
  std::size_t index = slot_index(slot.tag);
  while (slots_[index].number != 0) index = (index + 1) & (slots_.size() - 1);
  slots_[index] = slot;
}

void PhraseTable::grow() {
  memory::HugePageVector<Slot> old(2 * slots_.size());
  std::swap(old, slots_);
  --shift_;
  for (const Slot& slot : old)
    if (slot.number != 0) insert_slot(slot);
}

void PhraseTable::prune(std::int64_t min_count) {
  std::erase_if(entries_, [min_count](const PhraseEntry& entry) { return entry.count < min_count; });
  entries_.shrink_to_fit();
  memory::HugePageVector<Slot>(slots_.size()).swap(slots_);
  for (std::size_t i = 0; i < entries_.size(); ++i)
    insert_slot({tag_of(key_of(entries_[i].phrase).hash), static_cast<std::uint32_t>(i + 1)});
}

}  // namespace wordkin::phrases
