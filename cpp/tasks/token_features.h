// The features of a token: rows of tables, scalar mixes of given layers, optionally after a linear layer, and the
// output of a character CNN for its word, concatenated. Each word type of a batch passes through the CNN once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "charcnn/char_encoder.h"
#include "heads/scalar_mix.h"
#include "heads/text_spans.h"
#include "linalg/gemm.h"
#include "memory/matrix_view.h"
#include "memory/row_buffer.h"
#include "optim/row_gradients.h"
#include "optim/row_positions.h"
#include "parallel/team.h"
#include "tasks/batch.h"
#include "tasks/options.h"
#include "tasks/packed_weights.h"
#include "tasks/parameters.h"

namespace wordkin::tasks {

class TokenFeatures {
 public:
  // frozen: the rows of each table that is not trained; borrowed. For the members of a region.
  TokenFeatures(const linalg::Compute& compute, const Options& options,
                std::vector<memory::MatrixView<const float>> frozen, std::size_t members);

  void set_frozen(const std::vector<memory::MatrixView<const float>>& frozen);

  // Reserves memory for a batch, which is borrowed, before the region begins.
  void prepare(const Batch& batch, const heads::TextSpans& texts, const Tensors<const float>& weights);

  // Called by every member; end with a barrier and return false if the work was cancelled.
  //
  // features: OUT (tokens, columns).
  [[nodiscard]] bool forward(parallel::Team& team, const PackedWeights& packed, memory::MatrixView<float> features,
                             const Tensors<const float>& weights, linalg::Scratch& scratch);
  // gradients: OUT for contexts and characters; those of tables are returned by table_gradient. d_contexts: OUT for
  // each context, or empty. d_features: IN.
  [[nodiscard]] bool backward(parallel::Team& team, const PackedWeights& packed, const Tensors<float>& gradients,
                              std::span<const heads::LayeredRows<float>> d_contexts,
                              memory::MatrixView<float> d_features, const Tensors<const float>& weights,
                              linalg::Scratch& scratch);

  // Whether any feature has trainable parameters.
  [[nodiscard]] bool has_gradients() const { return has_gradients_; }
  [[nodiscard]] const optim::RowGradients& table_gradient(std::size_t table) const { return tables_[table].gradient; }

 private:
  struct TableRows {
    std::int64_t column;  // first column of the features
    std::int64_t rows;
    std::int64_t dim;
    bool trained;
    memory::MatrixView<const float> frozen;
    optim::RowPositions positions{};  // only if it is trained
    optim::RowGradients gradient{};
  };
  struct Mix {
    std::int64_t column;
    std::int64_t columns;  // of the features
    heads::ScalarMix mix;
    // (tokens, columns of the mix), only with a linear layer after it
    memory::RowBuffer<float> mixed;
    memory::RowBuffer<float> d_mixed;
  };
  struct Characters {
    Characters(const linalg::Compute& compute, const charcnn::Shape& shape, std::int64_t first, std::size_t members)
        : column(first), encoder(compute, shape), saved(shape, members), vectors(shape.outputs()) {}

    std::int64_t column;
    charcnn::CharEncoder encoder;
    charcnn::EncoderSaved saved;
    std::optional<charcnn::WordBatch> words{};
    optim::RowPositions positions{};
    memory::RowBuffer<float> vectors;  // of the types, then their gradients
  };

  void mix_layers(parallel::Team& team, const PackedWeights& packed, memory::MatrixView<float> features,
                  linalg::Scratch& scratch);
  void mix_backward(parallel::Team& team, std::size_t number, const PackedWeights& packed,
                    const Tensors<float>& gradients, heads::LayeredRows<float> d_layers,
                    memory::MatrixView<float> d_features, linalg::Scratch& scratch);
  void prepare_table(TableRows& table, std::span<const std::int32_t> ids);
  static void copy_rows(const parallel::Team& team, memory::MatrixView<float> features,
                        memory::MatrixView<const float> rows, std::span<const std::int32_t> ids);

  bool has_gradients_ = false;
  const Batch* batch_ = nullptr;
  const heads::TextSpans* texts_ = nullptr;
  std::vector<TableRows> tables_;
  std::vector<Mix> mixes_;
  bool projects_;  // whether mixes are followed by a linear layer
  std::optional<Characters> characters_;
};

}  // namespace wordkin::tasks
