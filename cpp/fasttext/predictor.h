// Predictions and vectors for many texts, on several threads. A model is not changed by its use.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "fasttext/dictionary.h"
#include "fasttext/output_layer.h"
#include "fasttext/row_matrix.h"
#include "memory/matrix_view.h"
#include "parallel/thread_pool.h"

namespace wordkin::fasttext {

// The concatenated labels of all texts; those of text i are ends[i - 1] to ends[i].
struct Predictions {
  std::vector<std::int64_t> ends;
  std::vector<std::int32_t> labels;
  std::vector<float> probabilities;
};

// Memory that is reused for the next text. `best` has the labels of the last one.
struct PredictionScratch {
  Line line;
  std::vector<float> hidden;
  OutputScratch output;
  std::vector<ScoredLabel> best;
};

class Predictor {
 public:
  Predictor(const Dictionary& dictionary, const RowMatrix& input) : dictionary_(dictionary), input_(input) {}

  // Every text is one line. A text without rows, not even that of its end, has no labels. pool: null to use the calling
  // thread alone.
  [[nodiscard]] Predictions predict(std::span<const std::string_view> texts, const OutputLayer& output,
                                    const Selection& selection, parallel::ThreadPool* pool) const;

  // Sets scratch.best to the labels of one text.
  void predict_line(PredictionScratch& scratch, std::string_view text, const OutputLayer& output,
                    const Selection& selection) const;

  // vectors: OUT (texts, columns) the mean of the rows of each line; zeros if it has none.
  void line_vectors(const memory::MatrixView<float>& vectors, std::span<const std::string_view> texts,
                    parallel::ThreadPool* pool) const;
  // vectors: OUT (words, columns) the mean of the rows of each word; zeros if it has none.
  void word_vectors(const memory::MatrixView<float>& vectors, std::span<const std::string_view> words,
                    parallel::ThreadPool* pool) const;

 private:
  void average(float* mean, std::span<const std::int32_t> rows) const;

  const Dictionary& dictionary_;
  const RowMatrix& input_;
};

}  // namespace wordkin::fasttext
