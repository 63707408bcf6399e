#include "charcnn/char_encoder.h"

#include "linalg/own_rows.h"

namespace wordkin::charcnn {

EncoderSaved::EncoderSaved(const Shape& shape, std::size_t members)
    : argmax(shape.width()), outputs(shape.width()), d(shape.width()), convolution(shape, members) {
  for (std::int64_t i = 0; i < shape.highways; ++i) highways.emplace_back(shape.width());
}

void EncoderSaved::reserve(std::int64_t words) {
  argmax.reserve(words);
  for (auto& highway : highways) highway.reserve(words);
  outputs.reserve(words);
  d.reserve(words);
}

CharEncoder::CharEncoder(const linalg::Compute& compute, const Shape& shape)
    : shape_(valid(shape)), convolution_(shape, *compute.kernels) {
  for (std::int64_t i = 0; i < shape.highways; ++i)
    highways_.emplace_back(compute, shape.width(), Passes::kForwardAndBackward);
  if (shape.projection > 0) projection_.emplace(compute, shape.width(), shape.projection, Passes::kForwardAndBackward);
}

std::size_t CharEncoder::bytes() const {
  std::size_t sum = projection_ ? projection_->weights.bytes() + projection_->transposed.bytes() : 0;
  for (const auto& highway : highways_)
    sum += highway.carry.bytes() + highway.transform.bytes() + highway.carry_transposed.bytes() +
           highway.transform_transposed.bytes();
  return sum;
}

void CharEncoder::pack(parallel::Team& team, const EncoderParameters& parameters) {
  for (std::size_t i = 0; i < highways_.size(); ++i) highways_[i].pack(team, parameters.highways[i]);
  if (projection_) projection_->pack(team, parameters.projection);
}

bool CharEncoder::forward(parallel::Team& team, memory::MatrixView<float> vectors, const EncoderParameters& parameters,
                          const WordBatch& words, EncoderSaved& saved, linalg::Scratch& scratch) const {
  const auto inputs_of = [&](std::size_t i) {
    return (i < saved.highways.size() ? saved.highways[i].inputs : saved.outputs).rows(words.size());
  };
  convolution_.forward(team, inputs_of(0), saved.argmax.rows(words.size()), parameters, words, saved.convolution);
  if (!team.barrier_and_check()) return false;
  for (std::size_t i = 0; i < highways_.size(); ++i) {
    auto& own = saved.highways[i];
    if (!charcnn::forward(team, inputs_of(i + 1), own.gates.rows(words.size()), own.transforms.rows(words.size()),
                          inputs_of(i), highways_[i], scratch))
      return false;
  }
  if (projection_) {
    charcnn::forward(team, vectors, saved.outputs.rows(words.size()), *projection_, scratch);
  } else {
    linalg::copy_own_rows(team, vectors, saved.outputs.rows(words.size()));
  }
  return team.barrier_and_check();
}

bool CharEncoder::backward(parallel::Team& team, const EncoderGradients& gradients,
                           memory::MatrixView<const float> d_vectors, const EncoderParameters& parameters,
                           const WordBatch& words, EncoderSaved& saved, linalg::Scratch& scratch) const {
  const auto d = saved.d.rows(words.size());
  if (projection_) {
    charcnn::backward(team, gradients.projection, d, d_vectors, saved.outputs.rows(words.size()), *projection_,
                      scratch);
  } else {
    linalg::copy_own_rows(team, d, d_vectors);
  }
  if (!team.barrier_and_check()) return false;
  for (std::size_t i = highways_.size(); i-- > 0;)
    if (!charcnn::backward(team, gradients.highways[i], d, saved.highways[i], highways_[i], scratch)) return false;
  auto& outputs = highways_.empty() ? saved.outputs : saved.highways.front().inputs;
  convolution_.backward(team, gradients, d, outputs.rows(words.size()), saved.argmax.rows(words.size()), parameters,
                        words, saved.convolution);
  return team.barrier_and_check();
}

}  // namespace wordkin::charcnn
