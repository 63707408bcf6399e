#include "tasks/pooler.h"

#include "heads/pooling.h"

namespace wordkin::tasks {

Pooler::Pooler(const Options& options)
    : pooling_(options.pooling),
      forward_columns_(directions_of(options) == kDirections ? options.hidden_dim : encoded_columns(options)),
      saved_(options.attention_dim),
      argmax_(encoded_columns(options)) {}

void Pooler::prepare(const heads::TextSpans& texts) {
  texts_ = &texts;
  if (pooling_ == Pooling::kAttention) saved_.reserve(texts.rows());
  if (pooling_ == Pooling::kMax) argmax_.reserve(texts.texts());
}

void Pooler::forward(parallel::Team& team, const PackedWeights& packed, memory::MatrixView<float> pooled,
                     memory::MatrixView<const float> encoded, const Tensors<const float>& weights,
                     linalg::Scratch& scratch) {
  switch (pooling_) {
    case Pooling::kAttention:
      return heads::forward(team, pooled, encoded, *texts_, packed.attention, weights.attention, saved_, scratch);
    case Pooling::kMean:
      return heads::mean_forward(team, pooled, encoded, *texts_);
    case Pooling::kMax:
      return heads::max_forward(team, pooled, argmax_.rows(texts_->texts()), encoded, *texts_);
    case Pooling::kLast:
      return heads::last_forward(team, pooled, encoded, forward_columns_, *texts_);
  }
}

void Pooler::backward(parallel::Team& team, const PackedWeights& packed, const Tensors<float>& gradients,
                      memory::MatrixView<float> d_encoded, memory::MatrixView<const float> d_pooled,
                      memory::MatrixView<const float> encoded, const Tensors<const float>& weights,
                      linalg::Scratch& scratch) {
  switch (pooling_) {
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

}  // namespace wordkin::tasks
