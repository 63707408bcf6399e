#include "fasttext/label_tree.h"

namespace wordkin::fasttext {

// Huffman's algorithm on sorted counts.
LabelTree::LabelTree(std::span<const std::int64_t> counts) {
  const auto leaves = static_cast<std::int32_t>(counts.size());
  if (leaves == 0) return;
  nodes_.resize(2 * counts.size() - 1);
  std::vector<double> weights(counts.begin(), counts.end());
  std::int32_t leaf = leaves - 1, inner = leaves;
  const auto next = [&](std::int32_t built) {
    const bool takes_leaf = leaf >= 0 && (inner >= built || weights[static_cast<std::size_t>(leaf)] <
                                                                weights[static_cast<std::size_t>(inner)]);
    return takes_leaf ? leaf-- : inner++;
  };
  for (auto node = leaves; node < static_cast<std::int32_t>(nodes_.size()); ++node) {
    Node& built = nodes_[static_cast<std::size_t>(node)];
    built.left = next(node);
    built.right = next(node);
    weights.push_back(weights[static_cast<std::size_t>(built.left)] + weights[static_cast<std::size_t>(built.right)]);
  }
}

}  // namespace wordkin::fasttext
