// The losses of supervised training and their gradients: softmax, hierarchical softmax (Morin and Bengio 2005),
// negative sampling (Mikolov et al. 2013), and one versus all. The rows of the output layer are those of the labels; of
// the hierarchical softmax, those of the inner nodes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fasttext/output_layer.h"
#include "kernels/kernel_table.h"
#include "memory/aligned_buffer.h"
#include "memory/matrix_view.h"
#include "random/alias_table.h"
#include "random/generator.h"

namespace wordkin::fasttext {

// Memory of one thread.
struct LossScratch {
  std::vector<float*> rows;
  std::vector<float> scores, gradients;
  std::vector<bool> is_target;
};

class TrainingLoss {
 public:
  // output: (labels, width) INOUT, padded rows. counts: how often each label occurred. negatives: of a line.
  TrainingLoss(const memory::MatrixView<float>& output, Loss loss, std::span<const std::int64_t> counts,
               std::int64_t negatives, const kernels::KernelTable& kernels);

  // One step of gradient descent on the output layer. labels: of the line, at least one; all losses but one versus all
  // train one of them, drawn at random. hidden: IN (width). change: OUT (width) the step for the hidden vector. Returns
  // the loss before the step.
  double step(float* change, const float* hidden, std::span<const std::int32_t> labels, float rate,
              random::Generator& generator, LossScratch& scratch) const;

 private:
  struct Branch {
    std::int32_t node;
    bool is_right;
  };

  void build_paths(std::span<const std::int64_t> counts);
  double softmax(std::int32_t target, float rate, LossScratch& scratch) const;
  double logistic(float rate, LossScratch& scratch) const;
  void add_target(LossScratch& scratch, std::int32_t row, bool is_target) const;
  void add_negatives(LossScratch& scratch, std::int32_t target, random::Generator& generator) const;

  memory::MatrixView<float> output_;
  Loss loss_;
  std::int64_t negatives_;
  const kernels::KernelTable& kernels_;
  std::vector<float*> all_rows_;            // for softmax and one versus all
  std::vector<Branch> branches_;            // of the paths from the root to each label
  std::vector<std::int64_t> branch_begin_;  // (labels + 1)
  random::AliasTable sampler_;
};

}  // namespace wordkin::fasttext
