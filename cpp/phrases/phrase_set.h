// A set of phrases with their scores, indexed by their joined bytes. Almost none of the candidates in a text are
// phrases: a filter of one bit per hash, small enough for the L1 cache, rejects most of them without a table lookup.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "phrases/joined_hash.h"
#include "phrases/joined_words.h"

namespace wordkin::phrases {

class PhraseSet {
 public:
  static constexpr std::int32_t kNone = -1;

  explicit PhraseSet(std::string delimiter, const text::HashSeed& seed = text::HashSeed::random());

  // Adds a phrase, which must be new. If its words are unknown, all words that join to its text form the phrase.
  // Throws std::invalid_argument if the lengths do not fit the text.
  void insert(std::string_view text, std::span<const std::uint32_t> lengths, double score);

  [[nodiscard]] const Delimiter& delimiter() const { return delimiter_; }
  [[nodiscard]] std::size_t size() const { return phrases_.size(); }
  [[nodiscard]] double score(std::int32_t number) const { return phrase(number).score; }
  [[nodiscard]] std::string_view text(std::int32_t number) const {
    return {content_.data() + phrase(number).start, phrase(number).length};
  }
  // The number of words of a phrase; 0: unknown.
  [[nodiscard]] std::size_t words(std::int32_t number) const { return phrase(number).words; }
  // The length of one of the words, in bytes.
  [[nodiscard]] std::uint32_t length(std::int32_t number, std::size_t word) const {
    const Phrase& entry = phrase(number);
    std::uint32_t length;
    std::memcpy(&length, content_.data() + entry.start + entry.length + word * sizeof length, sizeof length);
    return length;
  }

  // The index of the phrase with this hash for which `is_it(index)` returns true. Indices are assigned from 0.
  template <typename IsIt>
  [[nodiscard]] std::int32_t find(std::uint64_t hash, const IsIt& is_it) const {
    if (!may_hold(hash)) return kNone;
    for (std::size_t index = hash >> shift_;; index = (index + 1) & (slots_.size() - 1)) {
      const Slot& slot = slots_[index];
      if (slot.number == kNone) return kNone;
      if (slot.tag == static_cast<std::uint32_t>(hash) && is_it(slot.number)) return slot.number;
    }
  }
  // The indices of the phrases with this text, in the order of insertion.
  [[nodiscard]] std::vector<std::int32_t> find_all(std::string_view text) const;

  // False only if find() returns kNone.
  [[nodiscard]] bool may_hold(std::uint64_t hash) const {
    const std::size_t bit = bit_of(hash);
    return ((filter_[bit / 64] >> (bit % 64)) & 1) != 0;
  }

  // Prefetches what find() reads, to be called in this order. find_candidate() returns the index of a phrase that
  // probably has this hash, or kNone if there is certainly none.
  void prefetch([[maybe_unused]] std::uint64_t hash) const {
#if defined(__GNUC__)
    __builtin_prefetch(&slots_[hash >> shift_]);
#endif
  }
  [[nodiscard]] std::int32_t find_candidate(std::uint64_t hash) const {
    for (std::size_t index = hash >> shift_;; index = (index + 1) & (slots_.size() - 1)) {
      const Slot& slot = slots_[index];
      if (slot.number == kNone) return kNone;
      if (slot.tag != static_cast<std::uint32_t>(hash)) continue;
#if defined(__GNUC__)
      __builtin_prefetch(&phrases_[static_cast<std::size_t>(slot.number)]);
#endif
      return slot.number;
    }
  }
  void prefetch_text([[maybe_unused]] std::int32_t number) const {
#if defined(__GNUC__)
    __builtin_prefetch(text(number).data());
#endif
  }

 private:
  struct Slot {
    std::uint32_t tag = 0;  // the lower half of the hash
    std::int32_t number = kNone;
  };

  // Fits one cache line.
  struct Phrase {
    std::uint64_t hash;
    double score;
    std::size_t start;  // offset in content_ of the text, which the lengths of its words follow
    std::uint32_t length;
    std::uint32_t words;
  };

  // At most a quarter of the slots are used, so there are at least 16 bits per phrase and the false-positive rate is at
  // most 1/16.
  static constexpr int kBitsPerSlotLog2 = 2;
  [[nodiscard]] const Phrase& phrase(std::int32_t number) const { return phrases_[static_cast<std::size_t>(number)]; }
  [[nodiscard]] std::size_t bit_of(std::uint64_t hash) const { return hash >> (shift_ - kBitsPerSlotLog2); }
  void insert_slot(std::uint64_t hash, std::int32_t number);
  void grow();

  Delimiter delimiter_;
  std::vector<Slot> slots_;
  std::vector<std::uint64_t> filter_;
  int shift_;
  std::vector<Phrase> phrases_;
  std::string content_;
};

}  // namespace wordkin::phrases
