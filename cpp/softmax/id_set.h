// A set of word ids with one bit per word of the vocabulary: free of duplicates, enumerated in ascending order, and
// without allocations after construction. For 800,000 words it takes 100 KB.
#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include "memory/aligned_buffer.h"

namespace wordkin::softmax {

class IdSet {
 public:
  IdSet() = default;
  explicit IdSet(std::int64_t ids) : words_(static_cast<std::size_t>((ids + 63) / 64)), before_(words_.size()) {}

  // Returns whether the id is new.
  bool insert(std::int64_t id) {
    std::uint64_t& word = words_[static_cast<std::size_t>(id / 64)];
    const bool is_new = (word & bit(id)) == 0;
    word |= bit(id);
    return is_new;
  }
  [[nodiscard]] bool contains(std::int64_t id) const {
    return (words_[static_cast<std::size_t>(id / 64)] & bit(id)) != 0;
  }
  void clear() {
    for (auto& word : words_.span()) word = 0;
  }
  void assign(const IdSet& other) {
    assert(words_.size() == other.words_.size());
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] = other.words_[i];
  }

  // Writes the ids in ascending order and returns their number. Must be called before rank_of.
  std::int64_t list(std::int32_t* ids) {
    std::int32_t count = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      before_[i] = count;
      for (std::uint64_t rest = words_[i]; rest != 0; rest &= rest - 1)
        ids[count++] = static_cast<std::int32_t>(i) * 64 + std::countr_zero(rest);
    }
    return count;
  }
  // The index of an id of the set in that list.
  [[nodiscard]] std::int32_t rank_of(std::int64_t id) const {
    const auto word = static_cast<std::size_t>(id / 64);
    return before_[word] + std::popcount(words_[word] & (bit(id) - 1));
  }

 private:
  static std::uint64_t bit(std::int64_t id) { return std::uint64_t{1} << (id % 64); }

  memory::AlignedBuffer<std::uint64_t> words_;
  memory::AlignedBuffer<std::int32_t> before_;  // number of ids in the preceding words
};

}  // namespace wordkin::softmax
