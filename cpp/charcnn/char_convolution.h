// Convolutions over the characters of words and their maxima over time, forward and backward.
//
// The sum of a window is linear in its characters, so what character c adds at offset k, T[c][k] = e_c W_k, stands in a
// table, and a window costs w additions of rows instead of w * d multiplications: exact, and 16 times less work for the
// usual 16 dimensions. The columns of the filters are cut into panels of kPanelFilters, whose tables stay in the
// second-level cache; a panel belongs to one member of the team, which walks through all words with it. So no sum
// depends on the team's size or on what other words are there, and no barrier stands between the steps of a panel.
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

// Columns of one filter that are handled together.
struct FilterPanel {
  std::size_t filter;
  std::int64_t width;
  std::int64_t first;   // of the filter's columns
  std::int64_t column;  // the same among the columns of all filters
  std::int64_t count;
};

std::vector<FilterPanel> panels_of(const Shape& shape);

// Working memory of training, made before a region begins.
class ConvolutionScratch {
 public:
  ConvolutionScratch(const Shape& shape, std::size_t members);

 private:
  friend class CharConvolution;

  struct Member {
    memory::AlignedBuffer<float> table;  // of the characters present, or its gradient
    memory::AlignedBuffer<float> weights;
    memory::AlignedBuffer<float> d_weights;
    memory::AlignedBuffer<float> bias;  // of a panel, or its gradient
  };
  std::vector<Member> members_;
  memory::AlignedBuffer<float> d_embeddings_;  // (panels, characters present, d)
};

// Tables of all characters for all panels: what inference keeps of the parameters.
class ConvolutionTables {
 public:
  ConvolutionTables() = default;
  explicit ConvolutionTables(const Shape& shape);

  [[nodiscard]] std::size_t bytes() const { return (tables_.size() + biases_.size()) * sizeof(float); }

 private:
  friend class CharConvolution;

  std::vector<std::size_t> begins_;  // of each panel's table
  memory::AlignedBuffer<float> tables_;
  memory::AlignedBuffer<float> biases_;
};

// Every function is called by all members of a team. No barriers: a member writes its own columns of `outputs` and
// `places` and its own gradients; backward alone has one within, for the embedding's.
class CharConvolution {
 public:
  CharConvolution(const Shape& shape, const kernels::KernelTable& kernels);

  // outputs: OUT (words, width) after the activation. places: OUT (words, width) windows of the maxima.
  void forward(parallel::Team& team, memory::MatrixView<float> outputs, memory::MatrixView<std::uint16_t> argmax,
               const EncoderParameters& parameters, const WordBatch& words, ConvolutionScratch& scratch) const;
  // d_outputs, outputs, places: IN. Writes `gradients` of the filters and of the embedding.
  void backward(parallel::Team& team, const EncoderGradients& gradients, memory::MatrixView<const float> d_outputs,
                memory::MatrixView<const float> outputs, memory::MatrixView<const std::uint16_t> argmax,
                const EncoderParameters& parameters, const WordBatch& words, ConvolutionScratch& scratch) const;

  // The same outputs from tables made once; `words` cover all characters, of which (first .. first + outputs.rows) are
  // meant.
  void fill_tables(parallel::Team& team, ConvolutionTables& tables, const EncoderParameters& parameters,
                   ConvolutionScratch& scratch) const;
  void look_up(parallel::Team& team, memory::MatrixView<float> outputs, const ConvolutionTables& tables,
               const WordBatch& words, std::int64_t first) const;

 private:
  // Panels of a member: contiguous, about equally much work for all.
  [[nodiscard]] parallel::Range own_panels(const parallel::Team& team) const;
  [[nodiscard]] kernels::MaxOverTime lookup(const FilterPanel& panel, const WordBatch& words) const;

  Shape shape_;
  const kernels::KernelTable* kernels_;
  std::vector<FilterPanel> panels_;
  std::vector<std::uint16_t> all_characters_;
};

}  // namespace wordkin::charcnn
