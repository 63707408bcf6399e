// Counts of phrases, indexed by their joined bytes. An index of 8-byte slots with linear probing refers to entries in
// the order of first occurrence, so that frequent phrases, which occur early, share cache lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "memory/huge_pages.h"
#include "phrases/lexicon.h"

namespace wordkin::phrases {

struct PhraseKey {
  Phrase phrase;
  bool is_ambiguous;
  std::uint64_t hash;  // mixed hash
};

inline PhraseKey key_of(const Lexicon& lexicon, const Phrase& phrase) {
  return {phrase, lexicon.is_ambiguous(phrase), mixed(lexicon.hash_of(phrase))};
}

struct PhraseEntry {
  std::int64_t count;
  Phrase phrase;
  bool is_ambiguous;
};

class PhraseTable {
 public:
  PhraseTable() : slots_(kFirstSlots) {}

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::span<const PhraseEntry> entries() const { return entries_; }

  // Prefetch what add() and find() read. The second function needs the slot, so call it after the first has completed.
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

  void add(const Lexicon& lexicon, const PhraseKey& key, std::int64_t count) {
    const std::uint32_t tag = tag_of(key.hash);
    for (std::size_t index = slot_index(tag);; index = (index + 1) & (slots_.size() - 1)) {
      const Slot slot = slots_[index];
      if (slot.number == 0) {
        insert(index, tag, key, count);
        return;
      }
      if (slot.tag != tag) continue;
      PhraseEntry& entry = entries_[slot.number - 1];
      if (is_same(lexicon, entry, key)) {
        entry.count += count;
        return;
      }
    }
  }

  // The count of the phrase with this hash for which `is_it(entry)` returns true, or 0.
  template <typename IsIt>
  [[nodiscard]] std::int64_t find(std::uint64_t hash, const IsIt& is_it) const {
    const std::uint32_t tag = tag_of(hash);
    for (std::size_t index = slot_index(tag);; index = (index + 1) & (slots_.size() - 1)) {
      const Slot slot = slots_[index];
      if (slot.number == 0) return 0;
      if (slot.tag == tag && is_it(entries_[slot.number - 1])) return entries_[slot.number - 1].count;
    }
  }

  // Removes the phrases with a count below `min_count`.
  void prune(const Lexicon& lexicon, std::int64_t min_count);

 private:
  static constexpr std::size_t kFirstSlots = 1024;

  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t number = 0;  // index of the entry, from 1; 0: empty
  };

  // The upper four bits of a hash select one of the tables. The tag holds the slot in its upper bits, so that the index
  // can grow without reading the entries.
  static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 28); }
  [[nodiscard]] std::size_t slot_index(std::uint32_t tag) const { return tag >> shift_; }

  static bool is_same(const Lexicon& lexicon, const PhraseEntry& entry, const PhraseKey& key) {
    if (entry.phrase == key.phrase) return true;
    if (!entry.is_ambiguous && !key.is_ambiguous) return false;
    std::string one, other;
    lexicon.join(entry.phrase, one);
    lexicon.join(key.phrase, other);
    return one == other;
  }

  void insert(std::size_t index, std::uint32_t tag, const PhraseKey& key, std::int64_t count);
  void insert_slot(Slot slot);
  void grow();

  memory::HugePageVector<Slot> slots_;
  int shift_ = 32 - 10;
  memory::HugePageVector<PhraseEntry> entries_;
};

}  // namespace wordkin::phrases
