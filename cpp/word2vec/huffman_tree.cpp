#include "word2vec/huffman_tree.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <tuple>
#include <utility>

namespace wordkin::word2vec {
namespace {

// The parent of each leaf (0 .. words - 1) and inner node (words .. 2 words - 2), and which branch leads to it.
struct Links {
  std::vector<std::int32_t> parent;
  std::vector<bool> is_second;
};

Links merge(std::span<const std::int64_t> counts) {
  const auto words = static_cast<std::int32_t>(counts.size());
  Links links{std::vector<std::int32_t>(2 * counts.size() - 1, -1), std::vector<bool>(2 * counts.size() - 1, false)};
  using Entry = std::pair<double, std::int32_t>;  // count (double, because sums may exceed 2^63) and node
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> heap;
  for (std::int32_t word = 0; word < words; ++word) heap.emplace(static_cast<double>(counts[word]), word);
  for (std::int32_t node = words; node < 2 * words - 1; ++node) {
    const auto [count_a, a] = heap.top();
    heap.pop();
    const auto [count_b, b] = heap.top();
    heap.pop();
    links.parent[a] = links.parent[b] = node;
    links.is_second[b] = true;
    heap.emplace(count_a + count_b, node);
  }
  return links;
}

}  // namespace

HuffmanTree::HuffmanTree(std::span<const std::int64_t> counts) {
  starts_.assign(1, 0);
  if (counts.empty()) return;
  const Links links = merge(counts);
  const auto words = static_cast<std::int32_t>(counts.size());
  for (std::int32_t word = 0; word < words; ++word) {
    const auto begin = static_cast<std::ptrdiff_t>(nodes_.size());
    for (std::int32_t at = word; links.parent[at] >= 0; at = links.parent[at]) {
      nodes_.push_back(links.parent[at] - words);
      signs_.push_back(links.is_second[at] ? -1.0f : 1.0f);
    }
    std::reverse(nodes_.begin() + begin, nodes_.end());
    std::reverse(signs_.begin() + begin, signs_.end());
    longest_ = std::max(longest_, nodes_.size() - static_cast<std::size_t>(begin));
    starts_.push_back(static_cast<std::int64_t>(nodes_.size()));
  }
}

}  // namespace wordkin::word2vec
