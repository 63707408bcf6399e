// Counts of phrases. An index of 8-byte slots with linear probing refers to entries in the order of first occurrence,
// so that frequent phrases, which occur early, share cache lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>

#include "memory/huge_pages.h"
#include "phrases/lexicon.h"
#include "text/hash_seed.h"

namespace wordkin::phrases {

// A phrase and a hash of its ids. The hash is not seeded: it decides the order of phrases, which must be reproducible.
struct PhraseKey {
  Phrase phrase;
  std::uint64_t hash;
};

inline PhraseKey key_of(const Phrase& phrase) {
  std::uint64_t hash = (static_cast<std::uint64_t>(static_cast<std::uint32_t>(phrase.second)) << 32) |
                       static_cast<std::uint32_t>(phrase.first);
  hash = (hash ^ (static_cast<std::uint64_t>(phrase.gap) * text::kSecondOdd)) * text::kFirstOdd;
  hash ^= hash >> 32;
  return {phrase, hash * text::kSecondOdd};
}

struct PhraseEntry {
  std::int64_t count;
  Phrase phrase;
};

class PhraseTable {
 public:
  explicit PhraseTable(const text::HashSeed& seed) : multiplier_(seed.multiplier), slots_(kFirstSlots) {}

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::span<const PhraseEntry> entries() const { return entries_; }

  // Prefetch what add() and count() read. The second function needs the slot, so call it after the first has completed.
  void prefetch_slot([[maybe_unused]] std::uint64_t hash) const {
#if defined(__GNUC__)
    __builtin_prefetch(&slots_[slot_index(tag_of(hash))]);
#endif
  }
  void prefetch_entry([[maybe_unused]] std::uint64_t hash) const {
#if defined(__GNUC__)
    const Slot& slot = slots_[slot_index(tag_of(hash))];
    if (slot.number != 0) __builtin_prefetch(&entries_[slot.number - 1]);
#endif
  }

  void add(const PhraseKey& key, std::int64_t count) {
    const std::uint32_t tag = tag_of(key.hash);
    for (std::size_t index = slot_index(tag);; index = (index + 1) & (slots_.size() - 1)) {
      const Slot slot = slots_[index];
      if (slot.number == 0) {
        insert(index, tag, key, count);
        return;
      }
      if (slot.tag != tag) continue;
      PhraseEntry& entry = entries_[slot.number - 1];
      if (entry.phrase == key.phrase) {
        entry.count += count;
        return;
      }
    }
  }

  // The count of a phrase, or 0.
  [[nodiscard]] std::int64_t count(const PhraseKey& key) const {
    const std::uint32_t tag = tag_of(key.hash);
    for (std::size_t index = slot_index(tag);; index = (index + 1) & (slots_.size() - 1)) {
      const Slot slot = slots_[index];
      if (slot.number == 0) return 0;
      if (slot.tag == tag && entries_[slot.number - 1].phrase == key.phrase) return entries_[slot.number - 1].count;
    }
  }

  // Removes the phrases with a count below `min_count`.
  void prune(std::int64_t min_count);

 private:
  static constexpr std::size_t kFirstSlots = 1024;

  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t number = 0;  // index of the entry, from 1; 0: empty
  };

  // The tag holds the slot in its upper bits, so that the index can grow without reading the entries.
  [[nodiscard]] std::uint32_t tag_of(std::uint64_t hash) const {
    return static_cast<std::uint32_t>((hash * multiplier_) >> 32);
  }
  [[nodiscard]] std::size_t slot_index(std::uint32_t tag) const { return tag >> shift_; }

  void insert(std::size_t index, std::uint32_t tag, const PhraseKey& key, std::int64_t count);
  void insert_slot(Slot slot);
  void grow();

  std::uint64_t multiplier_;  // random and odd: phrases cannot be chosen so that they share slots
  memory::HugePageVector<Slot> slots_;
  int shift_ = 32 - 10;
  memory::HugePageVector<PhraseEntry> entries_;
};

}  // namespace wordkin::phrases
