// The token layer in training: characters of words in, their vectors out, and all gradients back.
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

// What backward needs of forward, with the working memory of both. Made for the members of a region, and given room for
// a batch of words, before the region begins.
struct EncoderSaved {
  EncoderSaved(const Shape& shape, std::size_t members);
  void reserve(std::int64_t words);

  memory::RowBuffer<std::uint16_t> argmax;
  std::vector<HighwaySaved> highways;
  memory::RowBuffer<float> outputs;  // of the last highway, or of the convolution where there is none
  memory::RowBuffer<float> d;
  ConvolutionScratch convolution;
};

class CharEncoder {
 public:
  // Throws std::invalid_argument for a shape that is none.
  CharEncoder(const linalg::Compute& compute, const Shape& shape);

  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] std::size_t bytes() const;

  // All of these are called by every member of a team; what they read was written before a barrier. Forward and
  // backward end with a barrier and return false when the work was cancelled. Sums do not depend on the team's size,
  // save the gradients of highways and projection (linalg::gemm).

  // After every change of the parameters; a barrier must follow.
  void pack(parallel::Team& team, const EncoderParameters& parameters);
  // vectors: OUT (words, outputs). `words` cover the characters present.
  [[nodiscard]] bool forward(parallel::Team& team, memory::MatrixView<float> vectors,
                             const EncoderParameters& parameters, const WordBatch& words, EncoderSaved& saved,
                             linalg::Scratch& scratch) const;
  // gradients: OUT, every tensor is written whole. Uses `saved` up.
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
