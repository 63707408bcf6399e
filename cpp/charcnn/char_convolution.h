// Convolutions over the characters of words, followed by the maximum over time; forward and backward.
//
// The sum of a window is linear in its characters, so the contribution of character c at offset k, T[c][k] = e_c W_k,
// is precomputed in a table. A window then costs w additions of rows instead of w * d multiplications; this is exact
// and 16 times less work for the usual 16 dimensions. The columns of the filters are divided into panels of
// kPanelFilters, whose tables stay in the second-level cache. Each panel is assigned to one member of the team, which
// processes all words with it. Therefore no sum depends on the size of the team or on the other words, and no barrier
// is needed between the steps of a panel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "charcnn/shape.h"
#include "charcnn/tensors.h"
#include "charcnn/word_batch.h"
#include "kernels/kernel_table.h"
#include "memory/aligned_buffer.h"
#include "memory/matrix_view.h"
#include "parallel/team.h"

namespace wordkin::charcnn {

// Columns of one filter that are processed together.
struct FilterPanel {
  std::size_t filter;
  std::int64_t width;
  std::int64_t first;   // index among the columns of the filter
  std::int64_t column;  // index among the columns of all filters
  std::int64_t count;
};

std::vector<FilterPanel> panels_of(const Shape& shape);

// Scratch memory for training, allocated before a region begins.
class ConvolutionScratch {
 public:
  ConvolutionScratch(const Shape& shape, std::size_t members);

 private:
  friend class CharConvolution;

  struct Member {
    memory::AlignedBuffer<float> table;  // table of the characters that occur, or its gradient
    memory::AlignedBuffer<float> weights;
    memory::AlignedBuffer<float> d_weights;
    memory::AlignedBuffer<float> bias;  // bias of a panel, or its gradient
  };
  std::vector<Member> members_;
  memory::AlignedBuffer<float> d_embeddings_;  // (panels, characters that occur, d)
};

// Tables of all characters for all panels; inference keeps these instead of the parameters.
class ConvolutionTables {
 public:
  ConvolutionTables() = default;
  explicit ConvolutionTables(const Shape& shape);

  [[nodiscard]] std::size_t bytes() const { return (tables_.size() + biases_.size()) * sizeof(float); }

 private:
  friend class CharConvolution;

  std::vector<std::size_t> begins_;  // start of the table of each panel
  memory::AlignedBuffer<float> tables_;
  memory::AlignedBuffer<float> biases_;
};

// All methods are called by all members of a team. There are no barriers: each member writes its own columns of
// `outputs` and `argmax` and its own gradients. The exception is backward, which contains one barrier for the gradient
// of the embedding.
class CharConvolution {
 public:
  CharConvolution(const Shape& shape, const kernels::KernelTable& kernels);

  // outputs: OUT (words, width) after the activation. argmax: OUT (words, width) windows of the maxima.
  void forward(parallel::Team& team, memory::MatrixView<float> outputs, memory::MatrixView<std::uint16_t> argmax,
               const EncoderParameters& parameters, const WordBatch& words, ConvolutionScratch& scratch) const;
  // d_outputs, outputs, argmax: IN. Writes the gradients of the filters and of the embedding.
  void backward(parallel::Team& team, const EncoderGradients& gradients, memory::MatrixView<const float> d_outputs,
                memory::MatrixView<const float> outputs, memory::MatrixView<const std::uint16_t> argmax,
                const EncoderParameters& parameters, const WordBatch& words, ConvolutionScratch& scratch) const;

  // Computes the same outputs from tables that were filled once. `words` must cover all characters; the words first ..
  // first + outputs.rows are processed.
  void fill_tables(parallel::Team& team, ConvolutionTables& tables, const EncoderParameters& parameters,
                   ConvolutionScratch& scratch) const;
  void look_up(parallel::Team& team, memory::MatrixView<float> outputs, const ConvolutionTables& tables,
               const WordBatch& words, std::int64_t first) const;

 private:
  // The panels of a member: contiguous, with about the same amount of work for every member.
  [[nodiscard]] parallel::Range own_panels(const parallel::Team& team) const;
  [[nodiscard]] kernels::MaxOverTime lookup(const FilterPanel& panel, const WordBatch& words) const;

  Shape shape_;
  const kernels::KernelTable* kernels_;
  std::vector<FilterPanel> panels_;
  std::vector<std::uint16_t> all_characters_;
};

}  // namespace wordkin::charcnn
