// The binary tree of hierarchical softmax (Morin and Bengio 2005); frequent words have short paths.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace wordkin::word2vec {

class HuffmanTree {
 public:
  // Inner nodes are numbered 0 .. words - 2 in the order in which they are merged, so the root is words - 2. Among
  // equal counts the node that was created first is merged first, words before inner nodes, so the tree depends only on
  // `counts`.
  explicit HuffmanTree(std::span<const std::int64_t> counts);

  // The inner nodes from the root to the word, and the label of each branch as a sign: +1 for code 0, -1 for code 1.
  struct Path {
    std::span<const std::int32_t> nodes;
    std::span<const float> signs;
  };
  [[nodiscard]] Path path(std::int32_t word) const {
    const auto begin = static_cast<std::size_t>(starts_[word]);
    const auto length = static_cast<std::size_t>(starts_[word + 1]) - begin;
    return {{nodes_.data() + begin, length}, {signs_.data() + begin, length}};
  }
  // For words that are trained later, so that reading their paths does not wait for memory.
  void prefetch_path([[maybe_unused]] std::int32_t word) const {
#if defined(__GNUC__)
    const auto begin = static_cast<std::size_t>(starts_[word]);
    __builtin_prefetch(nodes_.data() + begin);
    __builtin_prefetch(signs_.data() + begin);
#endif
  }
  [[nodiscard]] std::size_t longest_path() const { return longest_; }
  [[nodiscard]] std::size_t words() const { return starts_.size() - 1; }

 private:
  std::vector<std::int64_t> starts_;
  std::vector<std::int32_t> nodes_;
  std::vector<float> signs_;
  std::size_t longest_ = 0;
};

}  // namespace wordkin::word2vec
