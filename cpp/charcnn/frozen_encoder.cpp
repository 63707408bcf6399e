#include "charcnn/frozen_encoder.h"

#include <algorithm>

#include "linalg/own_rows.h"

namespace wordkin::charcnn {

EncodingBuffers::EncodingBuffers(const Shape& shape)
    : values(shape.width()), gates(shape.width()), transforms(shape.width()) {
  values.reserve(kWords);
  if (shape.highways == 0) return;
  gates.reserve(kWords);
  transforms.reserve(kWords);
}

FrozenEncoder::FrozenEncoder(const linalg::Compute& compute, const Shape& shape)
    : shape_(valid(shape)), convolution_(shape, *compute.kernels), tables_(shape) {
  for (std::int64_t i = 0; i < shape.highways; ++i) highways_.emplace_back(compute, shape.width(), Passes::kForward);
  if (shape.projection > 0) projection_.emplace(compute, shape.width(), shape.projection, Passes::kForward);
}

std::size_t FrozenEncoder::bytes() const {
  std::size_t sum = tables_.bytes() + (projection_ ? projection_->weights.bytes() : 0);
  for (const auto& highway : highways_) sum += highway.carry.bytes() + highway.transform.bytes();
  return sum;
}

void FrozenEncoder::load(parallel::Team& team, const EncoderParameters& parameters, ConvolutionScratch& scratch) {
  convolution_.fill_tables(team, tables_, parameters, scratch);
  for (std::size_t i = 0; i < highways_.size(); ++i) highways_[i].pack(team, parameters.highways[i]);
  if (projection_) projection_->pack(team, parameters.projection);
  team.barrier();
}

bool FrozenEncoder::encode(parallel::Team& team, memory::MatrixView<float> vectors, const WordBatch& words,
                           EncodingBuffers& rows, linalg::Scratch& scratch) const {
  for (std::int64_t first = 0; first < words.size(); first += EncodingBuffers::kWords) {
    const std::int64_t count = std::min(EncodingBuffers::kWords, words.size() - first);
    const auto values = rows.values.rows(count);
    const auto target = vectors.block_of_rows(first, count);
    convolution_.look_up(team, values, tables_, words, first);
    if (!team.barrier_and_check()) return false;
    for (const auto& highway : highways_)
      if (!forward(team, values, rows.gates.rows(count), rows.transforms.rows(count), values, highway, scratch))
        return false;
    if (projection_) {
      forward(team, target, values, *projection_, scratch);
      continue;
    }
    linalg::copy_own_rows(team, target, values);
    team.barrier();
  }
  return team.barrier_and_check();
}

}  // namespace wordkin::charcnn
