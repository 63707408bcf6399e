#include "text/word_table.h"

#include <algorithm>
#include <string>
#include <utility>

namespace wordkin::text {
namespace {

constexpr int kFirstSlotBits = 10;

}  // namespace

WordTable::WordTable(std::size_t max_words, const HashSeed& seed)
    : seed_(seed),
      max_words_(std::min(max_words, kMaxWords)),
      slots_(std::size_t{1} << kFirstSlotBits),
      mask_(slots_.size() - 1),
      shift_(64 - kFirstSlotBits),
      starts_{0} {}

std::size_t WordTable::memory_bytes() const {
  return slots_.capacity() * sizeof(Slot) + starts_.capacity() * sizeof(std::uint64_t) + arena_.capacity();
}

std::int32_t WordTable::insert_new(const HashedWord& word, std::size_t index) {
  if (word.length > kMaxWordBytes)
    throw std::length_error("a word is longer than " + std::to_string(kMaxWordBytes) + " bytes");
  if (size() >= max_words_) throw TooManyWords("more than " + std::to_string(max_words_) + " distinct words");
  const auto id = static_cast<std::int32_t>(size());
  arena_.insert(arena_.end(), word.data, word.data + word.length);
  starts_.push_back(arena_.size());
  slots_[index] = {word.key, id, word.length};
  if (2 * size() > slots_.size()) grow();  // at most half full: an unsuccessful search reads about two slots
  return id;
}

void WordTable::grow() {
  memory::HugePageVector<Slot> old(2 * slots_.size());
  std::swap(old, slots_);
  mask_ = slots_.size() - 1;
  --shift_;
  for (const Slot& slot : old) {
    if (slot.id == kUnknownWord) continue;
    std::size_t index = slot.key >> shift_;
    while (slots_[index].id != kUnknownWord) index = (index + 1) & mask_;
    slots_[index] = slot;
  }
}

WordTable WordTable::subset(std::span<const bool> keep) const {
  if (keep.size() != size())
    throw std::invalid_argument("keep must have one entry per word (" + std::to_string(size()) + "), got " +
                                std::to_string(keep.size()));
  WordTable retained(max_words_, seed_);
  for (std::size_t id = 0; id < keep.size(); ++id)
    if (keep[id]) retained.insert(word(static_cast<std::int32_t>(id)));
  return retained;
}

}  // namespace wordkin::text
