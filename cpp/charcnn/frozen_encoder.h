// The token layer of a loaded model: word vectors from parameters that do not change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "charcnn/char_convolution.h"
#include "charcnn/highway.h"
#include "charcnn/projection.h"
#include "charcnn/shape.h"
#include "charcnn/tensors.h"
#include "charcnn/word_batch.h"
#include "linalg/gemm.h"
#include "memory/matrix_view.h"
#include "memory/row_buffer.h"
#include "parallel/team.h"

namespace wordkin::charcnn {

// What one call works in: of one size, whatever the number of words.
struct EncodingBuffers {
  static constexpr std::int64_t kWords = 256;  // together: their products run at full rate, and 2048 columns take 6 MB

  explicit EncodingBuffers(const Shape& shape);

  memory::RowBuffer<float> values;
  memory::RowBuffer<float> gates;
  memory::RowBuffer<float> transforms;
};

class FrozenEncoder {
 public:
  // Throws std::invalid_argument for a shape that is none.
  FrozenEncoder(const linalg::Compute& compute, const Shape& shape);

  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] std::size_t bytes() const;

  // Takes what it needs of the parameters. Called by every member of a team; ends with a barrier.
  void load(parallel::Team& team, const EncoderParameters& parameters, ConvolutionScratch& scratch);

  // vectors: OUT (words, outputs). `words` cover all characters. Called by every member of a team; ends with a barrier;
  // false when the work was cancelled. A word's vector is the same, bit for bit, whatever the other words and the team
  // are. Many calls may run at once, each with its own rows and scratch.
  [[nodiscard]] bool encode(parallel::Team& team, memory::MatrixView<float> vectors, const WordBatch& words,
                            EncodingBuffers& rows, linalg::Scratch& scratch) const;

 private:
  Shape shape_;
  CharConvolution convolution_;
  ConvolutionTables tables_;
  std::vector<HighwayWeights> highways_;
  std::optional<ProjectionWeights> projection_;
};

}  // namespace wordkin::charcnn
