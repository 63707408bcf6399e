#include "elmo/word_input.h"

#include <algorithm>
#include <cstddef>

namespace wordkin::elmo {

using linalg::Accumulate;
using linalg::Transpose;

WordInput::WordInput(const linalg::Compute& compute, const Options& options, std::int64_t positions)
    : compute_(compute),
      projection_(compute, options.word_dim, options.projection_dim),
      transposed_(compute, options.projection_dim, options.word_dim),
      rows_(options.word_dim),
      projected_(options.projection_dim),
      gradient_(std::min(positions, options.n_input_words), options.word_dim, false) {}

void WordInput::prepare(std::span<const std::int32_t> word_of_type, std::span<const std::int32_t> types) {
  std::vector<std::int32_t> words(types.size());
  for (std::size_t position = 0; position < types.size(); ++position)
    words[position] = word_of_type[static_cast<std::size_t>(types[position])];
  positions_.assign(words);
  row_of_position_.resize(types.size());
  for (std::int64_t row = 0; row < positions_.rows(); ++row)
    for (const std::int32_t position : positions_.positions(row))
      row_of_position_[static_cast<std::size_t>(position)] = static_cast<std::int32_t>(row);
  rows_.reserve(positions_.rows());
  projected_.reserve(positions_.rows());
  std::copy(positions_.ids().begin(), positions_.ids().end(), gradient_.ids());
  gradient_.set_count(positions_.rows());
}

void WordInput::pack(parallel::Team& team, const WordTensors<const float>& weights) {
  projection_.pack(team, weights.projection);
  transposed_.pack_transposed(team, weights.projection);
}

void WordInput::forward(parallel::Team& team, const WordTensors<const float>& weights, linalg::Scratch& scratch) {
  const auto rows = rows_.rows(positions_.rows());
  const parallel::Range own = team.share(rows.rows);
  for (std::int64_t row = own.begin; row < own.end; ++row)
    std::copy_n(weights.vectors.row(positions_.ids()[static_cast<std::size_t>(row)]), rows.columns, rows.row(row));
  team.barrier();
  linalg::multiply(team, projected_.rows(rows.rows), rows, projection_, Accumulate::kReplace, scratch);
  team.barrier();
}

void WordInput::add(float* input, std::int64_t position) {
  const auto projected = projected_.rows(positions_.rows());
  const float* const row = projected.row(row_of_position_[static_cast<std::size_t>(position)]);
  for (std::int64_t column = 0; column < projected.columns; ++column) input[column] += row[column];
}

bool WordInput::backward(parallel::Team& team, const WordTensors<float>& gradients,
                         memory::MatrixView<const float> d_inputs, linalg::Scratch& scratch) {
  const auto d_projected = projected_.rows(positions_.rows());
  positions_.sum(team, d_projected, d_inputs);
  if (!team.barrier_and_check()) return false;
  linalg::gemm(team, compute_, gradients.projection, rows_.rows(positions_.rows()), Transpose::kYes, d_projected,
               Transpose::kNo, Accumulate::kReplace, scratch);
  linalg::multiply(team, gradient_.values(), d_projected, transposed_, Accumulate::kReplace, scratch);
  return team.barrier_and_check();
}

}  // namespace wordkin::elmo
