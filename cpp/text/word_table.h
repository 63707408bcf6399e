// Hash table from words to consecutive ids 0, 1, 2, ... in order of insertion. Open addressing with linear probing; the
// bytes of all words are stored consecutively in one arena. Hashed words must be hashed with the seed of the table.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "memory/huge_pages.h"
#include "text/hashed_word.h"

namespace wordkin::text {

inline constexpr std::int32_t kUnknownWord = -1;

// Thrown when there are more distinct words than ids.
class TooManyWords : public std::length_error {
 public:
  using std::length_error::length_error;
};

class WordTable {
 public:
  static constexpr std::size_t kMaxWords = std::numeric_limits<std::int32_t>::max();

  // Holds at most `max_words` words.
  explicit WordTable(std::size_t max_words = kMaxWords, const HashSeed& seed = HashSeed::random());

  [[nodiscard]] const HashSeed& seed() const { return seed_; }

  [[nodiscard]] std::size_t size() const { return starts_.size() - 1; }
  [[nodiscard]] std::size_t memory_bytes() const;

  // Returns the id, or kUnknownWord.
  [[nodiscard]] std::int32_t find(const HashedWord& word) const {
    for (std::size_t index = word.key >> shift_;; index = (index + 1) & mask_) {
      const Slot& slot = slots_[index];
      if (slot.id == kUnknownWord || holds(slot, word)) return slot.id;
    }
  }
  [[nodiscard]] std::int32_t find(std::string_view word) const { return find(hash_word(word, seed_)); }

  // Returns the id, which is the previous size() if the word is new. Throws TooManyWords, and std::length_error for a
  // word longer than kMaxWordBytes.
  std::int32_t insert(const HashedWord& word) {
    for (std::size_t index = word.key >> shift_;; index = (index + 1) & mask_) {
      const Slot& slot = slots_[index];
      if (slot.id == kUnknownWord) return insert_new(word, index);
      if (holds(slot, word)) return slot.id;
    }
  }
  std::int32_t insert(std::string_view word) { return insert(hash_word(word, seed_)); }

  // Prefetches the slot of a word that will be looked up.
  void prefetch([[maybe_unused]] const HashedWord& word) const {
#if defined(__GNUC__)
    __builtin_prefetch(&slots_[word.key >> shift_]);
#endif
  }

  // Prefetches the bytes with which words will be compared. Call it after prefetch() of all the words and before the
  // first lookup.
  void prefetch_bytes([[maybe_unused]] std::span<const HashedWord> words) const {
#if defined(__GNUC__)
    constexpr std::size_t kMax = 64;
    std::array<const Slot*, kMax> compared;
    std::size_t count = 0;
    for (const HashedWord& word : words.first(std::min(words.size(), kMax))) {
      compared[count] = &slots_[word.key >> shift_];
      count += word.length > 8 ? 1 : 0;  // branch-free: the lengths are unpredictable
    }
    const auto slots = std::span(compared).first(count);
    for (const Slot* slot : slots)
      if (slot->id != kUnknownWord) __builtin_prefetch(&starts_[static_cast<std::size_t>(slot->id)]);
    for (const Slot* slot : slots)
      if (slot->id != kUnknownWord) __builtin_prefetch(&arena_[starts_[static_cast<std::size_t>(slot->id)]]);
#endif
  }

  // Valid until the next insertion.
  [[nodiscard]] std::string_view word(std::int32_t id) const {
    const auto start = starts_[static_cast<std::size_t>(id)];
    return {arena_.data() + start, static_cast<std::size_t>(starts_[static_cast<std::size_t>(id) + 1] - start)};
  }

  // Returns a table of the words whose entry in `keep` is true, in the same order, with new consecutive ids.
  [[nodiscard]] WordTable subset(std::span<const bool> keep) const;

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::int32_t id = kUnknownWord;
    std::uint32_t length = 0;
  };

  // For up to eight bytes the key identifies the word; for longer words equal keys are only a strong indication, so the
  // bytes are compared.
  [[nodiscard]] bool holds(const Slot& slot, const HashedWord& word) const {
    return slot.key == word.key && slot.length == word.length &&
           (word.length <= 8 ||
            std::memcmp(arena_.data() + starts_[static_cast<std::size_t>(slot.id)], word.data, word.length) == 0);
  }
  std::int32_t insert_new(const HashedWord& word, std::size_t index);
  void grow();

  HashSeed seed_;
  std::size_t max_words_;
  memory::HugePageVector<Slot> slots_;
  std::size_t mask_;
  int shift_;  // the upper bits of the key select the slot
  std::vector<std::uint64_t> starts_;
  std::vector<char> arena_;
};

}  // namespace wordkin::text
