// Trains a linear text classifier (Joulin et al. 2017, "Bag of tricks for efficient text classification") on lines, one
// after another, with the memory of one thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "fasttext/token_rows.h"
#include "fasttext/training_loss.h"
#include "kernels/kernel_table.h"
#include "memory/aligned_buffer.h"
#include "memory/matrix_view.h"
#include "random/generator.h"

namespace wordkin::fasttext {

// Totals of training. `loss` is the sum over the lines that were trained, those with a label and a row.
struct LineTally {
  std::int64_t tokens = 0;
  std::int64_t lines = 0;
  std::int64_t trained_lines = 0;
  double loss = 0.0;

  LineTally& operator+=(const LineTally& other);
};

// The model that all threads read; they write the rows of `input` and those of the loss.
struct LineModel {
  const TokenRows& tokens;
  memory::MatrixView<float> input;  // padded rows
  const TrainingLoss& loss;
  const kernels::KernelTable& kernels;
};

class LineTrainer {
 public:
  explicit LineTrainer(const LineModel& model);

  // Prepares a line, so that its rows are prefetched while the previous line is trained, and trains the previous one:
  // the hidden vector is the mean of the line's rows, to each of which the mean's share of the step is added.
  void train(std::span<const std::int32_t> line, float rate, random::Generator& generator);
  // Trains the line that is left.
  void finish(float rate, random::Generator& generator);

  // Returns the totals since the last call.
  LineTally take_tally();

 private:
  struct Prepared {
    Line line;
    std::vector<float*> rows;
  };

  void update(const Prepared& current, const Prepared& next, float rate, random::Generator& generator);

  LineModel model_;
  std::array<Prepared, 2> prepared_;
  std::size_t next_ = 0;  // the entry that the next line will use
  memory::AlignedBuffer<float> hidden_, change_, zeros_;
  LossScratch scratch_;
  LineTally tally_;
};

}  // namespace wordkin::fasttext
