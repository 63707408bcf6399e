// The token layer of a loaded model: computes word vectors from constant parameters.
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

// Scratch memory of one call; its size does not depend on the number of words.
struct EncodingBuffers {
  static constexpr std::int64_t kWords = 256;  // words per product: enough for full speed, and 6 MB for 2048 columns

  explicit EncodingBuffers(const Shape& shape);

  memory::RowBuffer<float> values;
  memory::RowBuffer<float> gates;
  memory::RowBuffer<float> transforms;
};

class FrozenEncoder {
 public:
  // Throws std::invalid_argument if the shape is invalid.
  FrozenEncoder(const linalg::Compute& compute, const Shape& shape);

  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] std::size_t bytes() const;

  // Packs the parameters. Called by every member of a team; ends with a barrier.
  void load(parallel::Team& team, const EncoderParameters& parameters, ConvolutionScratch& scratch);

  // vectors: OUT (words, outputs). `words` must have Coverage::kAll. Called by every member of a team; ends with a
  // barrier; returns false if the work was cancelled. The vector of a word is bit-identical regardless of the other
  // words and of the team. Concurrent calls are allowed, each with its own buffers and scratch memory.
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
