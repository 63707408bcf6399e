#include "elmo/token_layer.h"

#include <algorithm>

namespace wordkin::elmo {

charcnn::Shape token_shape(const Options& options) {
  charcnn::Shape shape;
  shape.characters = options.n_characters;
  shape.char_dim = options.char_dim;
  shape.max_characters = options.max_characters_per_token;
  shape.filters = options.filters;
  shape.activation = options.activation;
  shape.highways = options.n_highway;
  shape.projection = shape.width() == options.projection_dim && !has_words(options) ? 0 : options.projection_dim;
  return shape;
}

TokenLayer::Characters::Characters(const linalg::Compute& compute, const Options& options, std::size_t members)
    : encoder(compute, token_shape(options)), saved(encoder.shape(), members), vectors(options.projection_dim) {}

TokenLayer::TokenLayer(const linalg::Compute& compute, const Options& options, std::size_t members,
                       std::int64_t positions) {
  if (options.token_input)
    embedding_gradient_ =
        optim::RowGradients(std::min(positions, options.n_tokens_vocab), options.projection_dim, false);
  else
    characters_.emplace(compute, options, members);
  if (has_words(options)) words_.emplace(compute, options, positions);
}

void TokenLayer::prepare(const TokenTypes& given, std::span<const std::int32_t> ids) {
  ids_ = ids;
  if (words_) words_->prepare(given.words, ids);
  if (characters_) {
    const std::int64_t types = given.characters.rows;
    positions_.assign_all(ids_, types);
    characters_->words.emplace(given.characters, characters_->encoder.shape().characters, charcnn::Coverage::kPresent);
    characters_->saved.reserve(types);
    characters_->vectors.reserve(types);
  } else {
    positions_.assign(ids_);
    std::copy(positions_.ids().begin(), positions_.ids().end(), embedding_gradient_.ids());
    embedding_gradient_.set_count(positions_.rows());
  }
}

void TokenLayer::pack(parallel::Team& team, const Tensors<const float>& weights) {
  if (characters_) characters_->encoder.pack(team, weights.characters);
  if (words_) words_->pack(team, weights.words);
}

void TokenLayer::gather_inputs(const parallel::Team& team, memory::MatrixView<float> inputs,
                               memory::MatrixView<const float> table) {
  const parallel::Range own = team.share(inputs.rows);
  for (std::int64_t position = own.begin; position < own.end; ++position) {
    std::copy_n(table.row(ids_[static_cast<std::size_t>(position)]), inputs.columns, inputs.row(position));
    if (words_) words_->add(inputs.row(position), position);
  }
}

bool TokenLayer::forward(parallel::Team& team, memory::MatrixView<float> inputs, const Tensors<const float>& weights,
                         linalg::Scratch& scratch) {
  if (characters_) {
    const auto vectors = characters_->vectors.rows(positions_.rows());
    if (!characters_->encoder.forward(team, vectors, weights.characters, *characters_->words, characters_->saved,
                                      scratch))
      return false;
    if (words_) words_->forward(team, weights.words, scratch);
    gather_inputs(team, inputs, vectors);
  } else {
    gather_inputs(team, inputs, weights.embedding);
  }
  return team.barrier_and_check();
}

bool TokenLayer::backward(parallel::Team& team, const Tensors<float>& gradients,
                          memory::MatrixView<const float> d_inputs, const Tensors<const float>& weights,
                          linalg::Scratch& scratch) {
  if (!characters_) {
    positions_.sum(team, embedding_gradient_.values(), d_inputs);
    return team.barrier_and_check();
  }
  if (words_ && !words_->backward(team, gradients.words, d_inputs, scratch)) return false;
  const auto d_vectors = characters_->vectors.rows(positions_.rows());
  positions_.sum(team, d_vectors, d_inputs);
  if (!team.barrier_and_check()) return false;
  return characters_->encoder.backward(team, gradients.characters, d_vectors, weights.characters, *characters_->words,
                                       characters_->saved, scratch);
}

}  // namespace wordkin::elmo
