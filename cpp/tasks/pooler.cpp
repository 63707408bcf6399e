#include "tasks/pooler.h"

#include "heads/pooling.h"
#include "linalg/own_rows.h"

namespace wordkin::tasks {

using memory::MatrixView;

Pooler::Pooler(const Options& options)
    : methods_(options.pooling),
      forward_columns_(directions_of(options) == kDirections ? options.hidden_dim : encoded_columns(options)),
      saved_(options.attention_dim),
      argmax_(encoded_columns(options)),
      d_part_(encoded_columns(options)) {}

void Pooler::prepare(const heads::TextSpans& texts) {
  texts_ = &texts;
  for (const Pooling method : methods_) {
    if (method == Pooling::kAttention) saved_.reserve(texts.rows());
    if (method == Pooling::kMax) argmax_.reserve(texts.texts());
  }
  if (methods_.size() > 1) d_part_.reserve(texts.rows());
}

void Pooler::forward(parallel::Team& team, const PackedWeights& packed, MatrixView<float> all_pooled,
                     MatrixView<const float> encoded, const Tensors<const float>& weights, linalg::Scratch& scratch) {
  std::int64_t column = 0;
  for (const Pooling method : methods_) {
    const auto pooled = all_pooled.block_of_columns(column, encoded.columns);
    column += encoded.columns;
    switch (method) {
      case Pooling::kAttention:
        heads::forward(team, pooled, encoded, *texts_, packed.attention, weights.attention, saved_, scratch);
        break;
      case Pooling::kMean:
        heads::mean_forward(team, pooled, encoded, *texts_);
        break;
      case Pooling::kMax:
        heads::max_forward(team, pooled, argmax_.rows(texts_->texts()), encoded, *texts_);
        break;
      case Pooling::kLast:
        heads::last_forward(team, pooled, encoded, forward_columns_, *texts_);
        break;
    }
  }
}

void Pooler::backward_of(Pooling method, parallel::Team& team, const PackedWeights& packed,
                         const Tensors<float>& gradients, MatrixView<float> d_encoded, MatrixView<const float> d_pooled,
                         MatrixView<const float> encoded, const Tensors<const float>& weights,
                         linalg::Scratch& scratch) {
  switch (method) {
    case Pooling::kAttention:
      return heads::backward(team, gradients.attention, d_encoded, d_pooled, encoded, *texts_, packed.attention,
                             weights.attention, saved_, scratch);
    case Pooling::kMean:
      return heads::mean_backward(team, d_encoded, d_pooled, *texts_);
    case Pooling::kMax:
      return heads::max_backward(team, d_encoded, d_pooled, argmax_.rows(texts_->texts()), *texts_);
    case Pooling::kLast:
      return heads::last_backward(team, d_encoded, d_pooled, forward_columns_, *texts_);
  }
}

void Pooler::backward(parallel::Team& team, const PackedWeights& packed, const Tensors<float>& gradients,
                      MatrixView<float> d_encoded, MatrixView<const float> d_pooled, MatrixView<const float> encoded,
                      const Tensors<const float>& weights, linalg::Scratch& scratch) {
  const std::int64_t columns = encoded.columns;
  backward_of(methods_.front(), team, packed, gradients, d_encoded, d_pooled.block_of_columns(0, columns), encoded,
              weights, scratch);
  for (std::size_t i = 1; i < methods_.size(); ++i) {
    const auto d_part = d_part_.rows(encoded.rows);
    backward_of(methods_[i], team, packed, gradients, d_part,
                d_pooled.block_of_columns(static_cast<std::int64_t>(i) * columns, columns), encoded, weights, scratch);
    team.barrier();
    linalg::add_own_rows(team, d_encoded, d_part);
    team.barrier();
  }
}

}  // namespace wordkin::tasks
