#include "tasks/token_features.h"

#include <algorithm>
#include <utility>

namespace wordkin::tasks {

TokenFeatures::TokenFeatures(const linalg::Compute& compute, const Options& options,
                             std::vector<memory::MatrixView<const float>> frozen, std::size_t members)
    : projects_(options.projection_dim > 0) {
  std::int64_t column = 0;
  for (std::size_t i = 0; i < options.tables.size(); ++i) {
    const auto& [rows, dim, trained] = options.tables[i];
    tables_.push_back({column, rows, dim, trained, frozen[i]});
    tables_.back().gradient = optim::RowGradients(0, dim, false);
    has_gradients_ = has_gradients_ || trained;
    column += dim;
  }
  for (const auto& context : options.contexts) {
    const auto& [n_layers, dim, layer_norm] = context;
    const std::int64_t columns = context_columns(options, context);
    const std::int64_t mixed = mixed_columns(options, context);
    mixes_.push_back({column, columns, heads::ScalarMix(n_layers, dim, layer_norm, options.concatenate_layers),
                      memory::RowBuffer<float>(mixed), memory::RowBuffer<float>(mixed)});
    has_gradients_ = true;
    column += columns;
  }
  if (!has_characters(options)) return;
  characters_.emplace(compute, character_shape(options), column, members);
  has_gradients_ = true;
}

void TokenFeatures::set_frozen(const std::vector<memory::MatrixView<const float>>& frozen) {
  for (std::size_t i = 0; i < tables_.size(); ++i) tables_[i].frozen = frozen[i];
}

void TokenFeatures::prepare_table(TableRows& table, std::span<const std::int32_t> ids) {
  table.positions.assign(ids);
  const std::int64_t count = table.positions.rows();
  if (count > table.gradient.capacity())
    table.gradient = optim::RowGradients(std::min(table.rows, count + count / 2), table.dim, false);
  std::ranges::copy(table.positions.ids(), table.gradient.ids());
  table.gradient.set_count(count);
}

void TokenFeatures::prepare(const Batch& batch, const heads::TextSpans& texts, const Tensors<const float>& weights) {
  batch_ = &batch;
  texts_ = &texts;
  for (std::size_t i = 0; i < tables_.size(); ++i)
    if (tables_[i].trained) prepare_table(tables_[i], batch.tables[i]);
  for (std::size_t i = 0; i < mixes_.size(); ++i) {
    mixes_[i].mix.prepare(texts, weights.contexts[i]);
    if (!projects_) continue;
    mixes_[i].mixed.reserve(texts.rows());
    mixes_[i].d_mixed.reserve(texts.rows());
  }
  if (!characters_) return;
  const std::int64_t types = batch.characters.rows;
  characters_->positions.assign_all(batch.types, types);
  characters_->words.emplace(batch.characters, characters_->encoder.shape().characters, charcnn::Coverage::kPresent);
  characters_->saved.reserve(types);
  characters_->vectors.reserve(types);
}

void TokenFeatures::copy_rows(const parallel::Team& team, memory::MatrixView<float> features,
                              memory::MatrixView<const float> rows, std::span<const std::int32_t> ids) {
  const parallel::Range own = team.share(features.rows);
  for (std::int64_t token = own.begin; token < own.end; ++token) {
    const std::int32_t id = ids[static_cast<std::size_t>(token)];
    if (id == kNoRow)
      std::fill_n(features.row(token), features.columns, 0.0f);
    else
      std::copy_n(rows.row(id), features.columns, features.row(token));
  }
}

void TokenFeatures::mix_layers(parallel::Team& team, const PackedWeights& packed, memory::MatrixView<float> features,
                               linalg::Scratch& scratch) {
  const std::int64_t tokens = features.rows;
  for (std::size_t i = 0; i < mixes_.size(); ++i) {
    auto& mix = mixes_[i];
    const auto mixed = projects_ ? mix.mixed.rows(tokens) : features.block_of_columns(mix.column, mix.columns);
    mix.mix.forward(team, mixed, batch_->contexts[i], *texts_);
  }
  if (!projects_) return;
  team.barrier();
  for (std::size_t i = 0; i < mixes_.size(); ++i)
    heads::forward(team, features.block_of_columns(mixes_[i].column, mixes_[i].columns), mixes_[i].mixed.rows(tokens),
                   packed.projections[i], scratch);
}

bool TokenFeatures::forward(parallel::Team& team, const PackedWeights& packed, memory::MatrixView<float> features,
                            const Tensors<const float>& weights, linalg::Scratch& scratch) {
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    const auto& table = tables_[i];
    copy_rows(team, features.block_of_columns(table.column, table.dim),
              table.trained ? weights.tables[i] : table.frozen, batch_->tables[i]);
  }
  mix_layers(team, packed, features, scratch);
  if (!characters_) return team.barrier_and_check();
  const auto vectors = characters_->vectors.rows(characters_->positions.rows());
  if (!characters_->encoder.forward(team, vectors, weights.characters, *characters_->words, characters_->saved,
                                    scratch))
    return false;
  copy_rows(team, features.block_of_columns(characters_->column, vectors.columns), vectors, batch_->types);
  return team.barrier_and_check();
}

void TokenFeatures::mix_backward(parallel::Team& team, std::size_t number, const PackedWeights& packed,
                                 const Tensors<float>& gradients, heads::LayeredRows<float> d_layers,
                                 memory::MatrixView<float> d_features, linalg::Scratch& scratch) {
  auto& mix = mixes_[number];
  auto d_mixed = d_features.block_of_columns(mix.column, mix.columns);
  if (projects_) {
    const auto d_outputs = d_mixed;
    d_mixed = mix.d_mixed.rows(d_features.rows);
    heads::backward(team, gradients.projections[number], d_mixed, linalg::Accumulate::kReplace, d_outputs, {},
                    mix.mixed.rows(d_features.rows), packed.projections[number], scratch);
    team.barrier();
  }
  mix.mix.backward(team, gradients.contexts[number], d_layers, d_mixed, batch_->contexts[number], *texts_);
}

bool TokenFeatures::backward(parallel::Team& team, const PackedWeights& packed, const Tensors<float>& gradients,
                             std::span<const heads::LayeredRows<float>> d_contexts,
                             memory::MatrixView<float> d_features, const Tensors<const float>& weights,
                             linalg::Scratch& scratch) {
  for (auto& table : tables_)
    if (table.trained)
      table.positions.sum(team, table.gradient.values(), d_features.block_of_columns(table.column, table.dim));
  for (std::size_t i = 0; i < mixes_.size(); ++i)
    mix_backward(team, i, packed, gradients, d_contexts.empty() ? heads::LayeredRows<float>{} : d_contexts[i],
                 d_features, scratch);
  if (!characters_) return team.barrier_and_check();
  const auto d_vectors = characters_->vectors.rows(characters_->positions.rows());
  characters_->positions.sum(team, d_vectors, d_features.block_of_columns(characters_->column, d_vectors.columns));
  if (!team.barrier_and_check()) return false;
  return characters_->encoder.backward(team, gradients.characters, d_vectors, weights.characters, *characters_->words,
                                       characters_->saved, scratch);
}

}  // namespace wordkin::tasks
