#include "fasttext/output_layer.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace wordkin::fasttext {
namespace {

constexpr std::int64_t kSigmoidSteps = 512;
constexpr float kMaxSigmoid = 8.0f;
constexpr float kBoundMargin = 1e-3f;

float guarded_log(float probability) { return static_cast<float>(std::log(static_cast<double>(probability) + 1e-5)); }

// A heap of the best labels whose front is the worst of them. The order of equal scores is that of fastText, since it
// uses the same algorithms of the standard library.
class BestLabels {
 public:
  BestLabels(std::vector<ScoredLabel>& heap, std::int64_t limit)
      : heap_(heap), limit_(static_cast<std::size_t>(limit)) {
    heap_.clear();
  }
  [[nodiscard]] bool refuses(float score) const { return heap_.size() == limit_ && score < heap_.front().first; }
  void add(float score, std::int32_t label) {
    heap_.emplace_back(score, label);
    std::push_heap(heap_.begin(), heap_.end(), is_better);
    if (heap_.size() <= limit_) return;
    std::pop_heap(heap_.begin(), heap_.end(), is_better);
    heap_.pop_back();
  }
  void sort() { std::sort_heap(heap_.begin(), heap_.end(), is_better); }

 private:
  static bool is_better(const ScoredLabel& a, const ScoredLabel& b) { return a.first > b.first; }

  std::vector<ScoredLabel>& heap_;
  std::size_t limit_;
};

}  // namespace

OutputLayer::OutputLayer(const RowMatrix& matrix, Loss loss, std::span<const std::int64_t> counts)
    : matrix_(matrix), loss_(loss), labels_(static_cast<std::int64_t>(counts.size())) {
  if (loss_ == Loss::kHierarchicalSoftmax) tree_ = LabelTree(counts);
  for (std::int64_t i = 0; i <= kSigmoidSteps; ++i) {
    const float x = static_cast<float>(i * 2) * kMaxSigmoid / static_cast<float>(kSigmoidSteps) - kMaxSigmoid;
    sigmoid_table_.push_back(static_cast<float>(1.0 / (1.0 + static_cast<double>(std::exp(-x)))));
  }
}

void OutputLayer::fill_probabilities(std::vector<float>& probabilities, const float* hidden) const {
  probabilities.resize(static_cast<std::size_t>(labels_));
  for (std::int64_t i = 0; i < labels_; ++i) probabilities[static_cast<std::size_t>(i)] = matrix_.dot(hidden, i);
  if (loss_ == Loss::kSoftmax) {
    const float greatest = *std::max_element(probabilities.begin(), probabilities.end());
    float sum = 0.0f;
    for (float& value : probabilities) {
      value = std::exp(value - greatest);
      sum += value;
    }
    for (float& value : probabilities) value /= sum;
    return;
  }
  for (float& value : probabilities) {
    if (value < -kMaxSigmoid) {
      value = 0.0f;
    } else if (!(value <= kMaxSigmoid)) {
      value = std::isnan(value) ? value : 1.0f;
    } else {
      const float step = (value + kMaxSigmoid) * static_cast<float>(kSigmoidSteps) / kMaxSigmoid / 2;
      value = sigmoid_table_[static_cast<std::size_t>(step)];
    }
  }
}

void OutputLayer::predict_by_tree(std::vector<ScoredLabel>& best, OutputScratch& scratch, const float* hidden,
                                  const Selection& selection) const {
  BestLabels labels(best, selection.labels);
  const float least = guarded_log(selection.threshold);
  const auto is_useless = [&](float score) { return score < least || labels.refuses(score); };
  auto& stack = scratch.stack;
  stack.assign(1, {0.0f, -1.0f, static_cast<std::int32_t>(tree_.nodes().size()) - 1});
  while (!stack.empty()) {
    const auto [before, probability, node] = stack.back();
    stack.pop_back();
    float score = 0.0f;
    if (probability >= 0.0f) {
      // log(x) <= x - 1, so that most branches need no logarithm; the margin is far above the rounding error.
      if (is_useless(before + probability - 1.0f + kBoundMargin)) continue;
      score = before + guarded_log(probability);
    }
    if (is_useless(score)) continue;
    const LabelTree::Node& inner = tree_.nodes()[static_cast<std::size_t>(node)];
    if (inner.left < 0) {
      labels.add(score, node);
      continue;
    }
    const float product = matrix_.dot(hidden, node - labels_);
    const auto right = static_cast<float>(1.0 / (1.0 + static_cast<double>(std::exp(-product))));
    const auto left = static_cast<float>(1.0 - static_cast<double>(right));
    stack.push_back({score, right, inner.right});
    stack.push_back({score, left, inner.left});
  }
  labels.sort();
}

void OutputLayer::predict(std::vector<ScoredLabel>& best, OutputScratch& scratch, const float* hidden,
                          const Selection& selection) const {
  best.clear();
  if (labels_ == 0) return;
  if (loss_ == Loss::kHierarchicalSoftmax) {
    predict_by_tree(best, scratch, hidden, selection);
    return;
  }
  std::vector<float>& probabilities = scratch.probabilities;
  fill_probabilities(probabilities, hidden);
  BestLabels labels(best, selection.labels);
  for (std::int64_t i = 0; i < labels_; ++i) {
    const float probability = probabilities[static_cast<std::size_t>(i)];
    if (probability < selection.threshold) continue;
    const float score = guarded_log(probability);
    if (!labels.refuses(score)) labels.add(score, static_cast<std::int32_t>(i));
  }
  labels.sort();
}

}  // namespace wordkin::fasttext
