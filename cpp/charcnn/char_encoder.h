// The token layer for training: computes the vectors of words from their characters, and all gradients.
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

// The values that forward saves for backward, and the scratch memory of both. Constructed for the members of a region;
// space for a batch of words is reserved before the region begins.
struct EncoderSaved {
  EncoderSaved(const Shape& shape, std::size_t members);
  void reserve(std::int64_t words);

  memory::RowBuffer<std::uint16_t> argmax;
  std::vector<HighwaySaved> highways;
  memory::RowBuffer<float> outputs;  // of the last highway layer, or of the convolution if there is none
  memory::RowBuffer<float> d;
  ConvolutionScratch convolution;
};

class CharEncoder {
 public:
  // Throws std::invalid_argument if the shape is invalid.
  CharEncoder(const linalg::Compute& compute, const Shape& shape);

  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] std::size_t bytes() const;

  // The following methods are called by every member of a team, and their inputs must be complete before a barrier.
  // Forward and backward end with a barrier and return false if the work was cancelled.

  // Call after every change of the parameters, followed by a barrier.
  void pack(parallel::Team& team, const EncoderParameters& parameters);
  // vectors: OUT (words, outputs). `words` must have Coverage::kPresent.
  [[nodiscard]] bool forward(parallel::Team& team, memory::MatrixView<float> vectors,
                             const EncoderParameters& parameters, const WordBatch& words, EncoderSaved& saved,
                             linalg::Scratch& scratch) const;
  // gradients: OUT, every tensor is written completely. The content of `saved` is unspecified afterwards.
  [[nodiscard]] bool backward(parallel::Team& team, const EncoderGradients& gradients,
                              memory::MatrixView<const float> d_vectors, const EncoderParameters& parameters,
                              const WordBatch& words, EncoderSaved& saved, linalg::Scratch& scratch) const;

 private:
  Shape shape_;
  CharConvolution convolution_;
  std::vector<HighwayWeights> highways_;
  std::optional<ProjectionWeights> projection_;
};

}  // namespace wordkin::charcnn
