// The most probable labels of a text, given its hidden vector: softmax, hierarchical softmax, and independent logistic
// outputs (negative sampling, one versus all).
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "fasttext/label_tree.h"
#include "fasttext/row_matrix.h"

namespace wordkin::fasttext {

enum class Loss { kHierarchicalSoftmax, kNegativeSampling, kSoftmax, kOneVersusAll };

// log(probability + 1e-5), as in fastText, and the label.
using ScoredLabel = std::pair<float, std::int32_t>;

inline float probability_of(float score) { return std::exp(score); }

// Memory that is reused for the next prediction.
struct OutputScratch {
  struct Step {
    float before;       // score of the parent
    float probability;  // of this child
    std::int32_t node;
  };
  std::vector<float> probabilities;
  std::vector<Step> stack;
};

struct Selection {
  std::int64_t labels;  // at most this many
  float threshold;      // of the probability
};

class OutputLayer {
 public:
  // counts: how often each label occurred, from which the Huffman tree is built.
  OutputLayer(const RowMatrix& matrix, Loss loss, std::span<const std::int64_t> counts);

  [[nodiscard]] std::int64_t labels() const { return labels_; }
  // best: OUT in descending order of the score.
  void predict(std::vector<ScoredLabel>& best, OutputScratch& scratch, const float* hidden,
               const Selection& selection) const;

 private:
  void predict_by_tree(std::vector<ScoredLabel>& best, OutputScratch& scratch, const float* hidden,
                       const Selection& selection) const;
  void fill_probabilities(std::vector<float>& probabilities, const float* hidden) const;

  RowMatrix matrix_;
  Loss loss_;
  std::int64_t labels_;
  LabelTree tree_;                    // for hierarchical softmax
  std::vector<float> sigmoid_table_;  // fastText's, whose rounded values belong to its probabilities
};

}  // namespace wordkin::fasttext
