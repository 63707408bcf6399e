// The Huffman tree of a hierarchical softmax over labels, as fastText builds it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace wordkin::fasttext {

class LabelTree {
 public:
  struct Node {
    std::int32_t left = -1;  // -1: a leaf, which is a label
    std::int32_t right = -1;
  };

  LabelTree() = default;
  // counts: how often each label occurred, in descending order. In a damaged file they may have any order and size; the
  // tree is then of little use, but it is a tree.
  explicit LabelTree(std::span<const std::int64_t> counts);

  // The labels, then the inner nodes, the root last.
  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }

 private:
  std::vector<Node> nodes_;
};

}  // namespace wordkin::fasttext
