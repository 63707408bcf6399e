#include "tasks/encoder.h"

#include <algorithm>

namespace wordkin::tasks {
namespace {

using memory::MatrixView;
using parallel::Team;

// rows: OUT, in the order of a direction. text: IN, in the order of the texts.
void gather(const Team& team, MatrixView<float> rows, MatrixView<const float> text,
            std::span<const std::int64_t> tokens) {
  const parallel::Range own = team.share(rows.rows);
  for (std::int64_t row = own.begin; row < own.end; ++row)
    std::copy_n(text.row(tokens[static_cast<std::size_t>(row)]), rows.columns, rows.row(row));
}

void scatter(const Team& team, MatrixView<float> text, MatrixView<const float> rows,
             std::span<const std::int64_t> tokens) {
  const parallel::Range own = team.share(rows.rows);
  for (std::int64_t row = own.begin; row < own.end; ++row)
    std::copy_n(rows.row(row), rows.columns, text.row(tokens[static_cast<std::size_t>(row)]));
}

}  // namespace

Encoder::Direction::Direction(const recurrent::StackShape& shape)
    : stack(shape, recurrent::SequenceBatch(std::vector<std::int64_t>{})),
      inference(shape, recurrent::SequenceBatch(std::vector<std::int64_t>{})),
      inputs(0, shape.input),
      top(0, shape.hidden),
      word_sums(0, shape.gates() * shape.dim) {
  for (std::int64_t i = 0; i < 2 * shape.n_layers; ++i) states.emplace_back(0, shape.hidden);
  for (std::int64_t i = 1; i < shape.n_layers; ++i) below.emplace_back(0, shape.hidden);
}

void Encoder::Direction::clear_state(const Team& team) {
  const auto clear = [&](MatrixView<float> state) {
    const parallel::Range own = team.share(state.rows);
    for (std::int64_t row = own.begin; row < own.end; ++row) std::fill_n(state.row(row), state.columns, 0.0f);
  };
  for (const auto& state : views) {
    clear(state.h);
    clear(state.c);
  }
}

Encoder::Encoder(const Options& options) : shape_(encoder_shape(options)) {
  for (int direction = 0; direction < directions_of(options); ++direction) directions_.emplace_back(shape_);
}

void Encoder::prepare(const elmo::SentenceBatch& batch, Passes passes) {
  batch_ = &batch;
  const auto& sequences = batch.sequences();
  for (auto& own : directions_) {
    if (passes == Passes::kForwardAndBackward) {
      own.stack.resize(sequences);
    } else {
      own.inference.resize(sequences);
      for (auto& outputs : own.below) outputs.resize(sequences.rows());
    }
    own.inputs.resize(sequences.rows());
    own.words.resize(static_cast<std::size_t>(sequences.rows()));
    own.top.resize(sequences.rows());
    own.outputs.clear();
    for (auto& outputs : own.below) own.outputs.push_back(outputs.view());
    own.outputs.push_back(own.top.view());
    own.views.clear();
    for (std::size_t layer = 0; layer < static_cast<std::size_t>(shape_.n_layers); ++layer) {
      own.states[2 * layer].resize(sequences.width());
      own.states[2 * layer + 1].resize(sequences.width());
      own.views.push_back({own.states[2 * layer].view(), own.states[2 * layer + 1].view()});
    }
  }
}

bool Encoder::forward(Team& team, Packed packed, MatrixView<float> encoded, MatrixView<const float> features,
                      const recurrent::Dropout* dropout, linalg::Scratch& scratch) {
  team.split(static_cast<int>(directions_.size()), [&](int direction, Team& part) {
    auto& own = directions_[static_cast<std::size_t>(direction)];
    const auto tokens = batch_->tokens_of(direction);
    gather(part, own.inputs.view(), features, tokens);
    own.clear_state(part);
    part.barrier();
    if (!run(part, packed, direction, dropout, scratch)) return;
    scatter(part, encoded.block_of_columns(direction * shape_.hidden, shape_.hidden), own.top.view(), tokens);
  });
  return team.barrier_and_check();  // if one half of the team is cancelled, so is the whole team
}

std::int64_t Encoder::word_bytes() const {
  return static_cast<std::int64_t>(directions_.size() * sizeof(float)) * shape_.gates() * shape_.dim;
}

void Encoder::reserve_words(std::int64_t words) {
  for (auto& own : directions_) own.word_sums.resize(words);
}

bool Encoder::cache_words(Team& team, Packed packed, std::int64_t first, MatrixView<const float> features,
                          linalg::Scratch& scratch) {
  for (std::size_t direction = 0; direction < directions_.size(); ++direction)
    recurrent::multiply_inputs(team, shape_, packed[direction].layer(0),
                               directions_[direction].word_sums.view().block_of_rows(first, features.rows), features,
                               scratch);
  return team.barrier_and_check();
}

bool Encoder::forward_words(Team& team, Packed packed, MatrixView<float> encoded, std::span<const std::int32_t> words,
                            linalg::Scratch& scratch) {
  team.split(static_cast<int>(directions_.size()), [&](int direction, Team& part) {
    auto& own = directions_[static_cast<std::size_t>(direction)];
    const auto tokens = batch_->tokens_of(direction);
    const parallel::Range rows = part.share(encoded.rows);
    for (auto row = static_cast<std::size_t>(rows.begin); row < static_cast<std::size_t>(rows.end); ++row)
      own.words[row] = words[static_cast<std::size_t>(tokens[row])];
    own.clear_state(part);
    part.barrier();
    if (!own.inference.forward(part, packed[static_cast<std::size_t>(direction)], batch_->sequences(), own.outputs,
                               recurrent::WordSums{own.word_sums.view(), own.words}, own.views, scratch))
      return;
    scatter(part, encoded.block_of_columns(direction * shape_.hidden, shape_.hidden), own.top.view(), tokens);
  });
  return team.barrier_and_check();
}

bool Encoder::run(Team& team, Packed packed, int direction, const recurrent::Dropout* dropout,
                  linalg::Scratch& scratch) {
  auto& own = directions_[static_cast<std::size_t>(direction)];
  const auto& weights = packed[static_cast<std::size_t>(direction)];
  if (dropout == nullptr)
    return own.inference.forward(team, weights, batch_->sequences(), own.outputs, own.inputs.view(), own.views,
                                 scratch);
  recurrent::Dropout own_dropout = *dropout;
  own_dropout.direction = direction;
  return own.stack.forward(team, weights, own.top.view(), own.inputs.view(), own.views, own_dropout, scratch);
}

bool Encoder::backward(Team& team, Packed packed, const Tensors<float>& gradients, MatrixView<float> d_features,
                       MatrixView<const float> d_encoded, const Tensors<const float>& weights,
                       linalg::Scratch& scratch) {
  team.split(static_cast<int>(directions_.size()), [&](int direction, Team& part) {
    const auto index = static_cast<std::size_t>(direction);
    auto& own = directions_[index];
    gather(part, own.top.view(), d_encoded.block_of_columns(direction * shape_.hidden, shape_.hidden),
           batch_->tokens_of(direction));
    part.barrier();
    static_cast<void>(own.stack.backward(part, packed[index],
                                         d_features.empty() ? MatrixView<float>{} : own.inputs.view(),
                                         gradients.layers[index], own.top.view(), weights.layers[index], scratch));
  });
  if (!team.barrier_and_check()) return false;
  if (d_features.empty()) return true;
  sum_gradients(team, d_features);
  return team.barrier_and_check();
}

void Encoder::sum_gradients(Team& team, MatrixView<float> d_features) {
  scatter(team, d_features, directions_.front().inputs.view(), batch_->tokens_of(0));
  if (directions_.size() == 1) return;
  team.barrier();
  const auto backward = directions_.back().inputs.view();
  const parallel::Range own = team.share(backward.rows);
  for (std::int64_t row = own.begin; row < own.end; ++row) {
    const float* const d = backward.row(row);
    float* const sum = d_features.row(batch_->tokens_of(1)[static_cast<std::size_t>(row)]);
    for (std::int64_t k = 0; k < backward.columns; ++k) sum[k] += d[k];
  }
}

}  // namespace wordkin::tasks
