#include "softmax/sampled_softmax.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "memory/round_up.h"
#include "softmax/weight_gradients.h"

namespace wordkin::softmax {
namespace {

using linalg::Accumulate;
using memory::MatrixView;

constexpr std::int64_t kColumnMultiple = 16;

// Positions whose scores are held at the same time: 256 x 8,192 scores take 8 MB. More positions would not make the
// products faster; fewer would slow them down, because the row gradients are read and written once per chunk.
constexpr std::int64_t kMaxChunkPositions = 256;

// Chunk size for chunks of nearly equal size.
std::int64_t chunk_of(std::int64_t positions) {
  const std::int64_t chunks = std::max<std::int64_t>(1, (positions + kMaxChunkPositions - 1) / kMaxChunkPositions);
  return std::max<std::int64_t>(1, (positions + chunks - 1) / chunks);
}

std::size_t size(std::int64_t count) { return static_cast<std::size_t>(count); }

}  // namespace

SampledSoftmax::SampledSoftmax(const linalg::Compute& compute, std::int64_t words, std::int64_t columns,
                               std::int64_t positions, std::int64_t negatives)
    : compute_(compute),
      sampler_(words, negatives),
      max_columns_(memory::round_up(std::min(negatives + positions, words), kColumnMultiple)),
      chunk_positions_(chunk_of(positions)),
      drawn_(words),
      used_(words),
      target_columns_(size(positions)),
      offsets_(size(max_columns_)),
      target_offsets_(size(max_columns_)),
      scores_(size(chunk_positions_ * max_columns_)),
      losses_(size(positions)),
      bias_sums_(max_columns_),
      gradients_(max_columns_, columns, true),
      score_weights_(compute, columns, max_columns_),
      hidden_weights_(compute, max_columns_, columns) {}

void SampledSoftmax::choose_columns(const Positions& positions, const random::Generator& generator) {
  tries_ = sampler_.draw(drawn_, generator);
  used_.assign(drawn_);
  for (const auto target : positions.targets) used_.insert(target);
  columns_ = used_.list(gradients_.ids());
  padded_ = memory::round_up(columns_, kColumnMultiple);
  gradients_.set_count(columns_);
  for (std::size_t i = 0; i < positions.targets.size(); ++i) target_columns_[i] = used_.rank_of(positions.targets[i]);
  score_weights_.reshape(gradients_.columns(), padded_);
  hidden_weights_.reshape(padded_, gradients_.columns());
}

// Gathers the used rows of the weights and the offsets of their scores. Columns past the last one are zero and masked.
void SampledSoftmax::gather(const parallel::Team& team, const OutputLayer& layer) {
  const parallel::Range own = team.share(padded_);
  for (std::int64_t column = own.begin; column < own.end; ++column) {
    float* const row = gradients_.row(column);
    if (column >= columns_) {
      std::fill_n(row, gradients_.columns(), 0.0f);
      offsets_[size(column)] = kernels::kMasked;
      continue;
    }
    const std::int32_t id = gradients_.ids()[column];
    std::copy_n(layer.weights.row(id), gradients_.columns(), row);
    const double correction = sampler_.log_expected_count(id, tries_);
    const auto offset = static_cast<float>(static_cast<double>(layer.bias[size(id)]) - correction);
    target_offsets_[size(column)] = offset;
    offsets_[size(column)] = drawn_.contains(id) ? offset : kernels::kMasked;
  }
}

// Converts the scores of the positions of a chunk to gradients.
void SampledSoftmax::score_chunk(const parallel::Team& team, std::int64_t first, std::int64_t count, float scale) {
  const auto& kernel = *compute_.kernels;
  for_own_positions(team, count, [&](std::int64_t position, std::int64_t group) {
    float* const row = scores_.data() + position * padded_;
    const auto target = target_columns_[size(first + position)];
    const float score = row[target] + target_offsets_[size(target)];
    float greatest = kernel.add_offsets(row, offsets_.data(), padded_);
    row[target] = score;
    if (!(score <= greatest)) greatest = score + (greatest - greatest);  // propagates NaN
    const double sum = kernel.exponentials(row, row, greatest, padded_);
    losses_[size(first + position)] = std::log(sum) + static_cast<double>(greatest) - static_cast<double>(score);
    float* const sums = bias_sums_.line(group);
    kernel.scale_and_add(row, sums, static_cast<float>(static_cast<double>(scale) / sum), padded_);
    row[target] -= scale;
    sums[target] -= scale;
  });
}

double SampledSoftmax::run(parallel::Team& team, MatrixView<float> d_hidden, const Positions& positions,
                           const OutputLayer& layer, const random::Generator& generator, float scale,
                           linalg::Scratch& scratch) {
  assert(positions.count() <= static_cast<std::int64_t>(losses_.size()) && layer.words() == sampler_.vocabulary());
  if (team.rank() == 0) choose_columns(positions, generator);
  team.barrier();
  gather(team, layer);
  bias_sums_.clear(team);
  team.barrier();
  // The gathered weights; after the first chunk, their gradients.
  const MatrixView<float> rows{gradients_.row(0), padded_, gradients_.columns(), gradients_.columns()};
  score_weights_.pack_transposed(team, rows);
  hidden_weights_.pack(team, rows);
  team.barrier();
  for (std::int64_t first = 0; first < positions.count(); first += chunk_positions_) {
    const std::int64_t count = std::min(chunk_positions_, positions.count() - first);
    const MatrixView<float> scores{scores_.data(), count, padded_, padded_};
    const auto hidden = positions.hidden.block_of_rows(first, count);
    linalg::multiply(team, scores, hidden, score_weights_, Accumulate::kReplace, scratch);
    team.barrier();
    score_chunk(team, first, count, scale);
    team.barrier();
    linalg::multiply(team, d_hidden.block_of_rows(first, count), scores, hidden_weights_, Accumulate::kReplace,
                     scratch);
    add_weight_gradients(team, compute_, rows, scores, hidden, first == 0 ? Accumulate::kReplace : Accumulate::kAdd,
                         scratch);
    team.barrier();
  }
  bias_sums_.total(team, {gradients_.bias(), size(columns_)});
  team.barrier();
  return std::accumulate(losses_.data(), losses_.data() + positions.count(), 0.0);
}

}  // namespace wordkin::softmax
