#include "elmo/language_model.h"

#include <algorithm>
#include <utility>

#include "elmo/carried_state.h"
#include "elmo/token_layer.h"

namespace wordkin::elmo {

LanguageModel::LanguageModel(const linalg::Compute& compute, const Options& options,
                             const Tensors<const float>& weights, Int8Layers int8)
    : compute_(compute),
      options_(options),
      weights_(weights),
      int8_(std::move(int8)),
      stacks_{recurrent::PackedStack(compute, stack_shape(options), recurrent::Purpose::kInference),
              recurrent::PackedStack(compute, stack_shape(options), recurrent::Purpose::kInference)} {
  if (!options.token_input) encoder_.emplace(compute.of_floats(), token_shape(options));
  if (has_words(options)) words_.emplace(compute.of_floats(), options.word_dim, options.projection_dim);
}

void LanguageModel::prepare_loading(std::size_t members) {
  if (encoder_) loading_.emplace(encoder_->shape(), members);
}

void LanguageModel::load(parallel::Team& team) {
  for (std::size_t direction = 0; direction < stacks_.size(); ++direction) {
    const auto& layers = weights_.layers[direction];
    if (compute_.precision == linalg::Precision::kInt8) {
      stacks_[direction].pack(team, layers, int8_[direction]);
    } else {
      stacks_[direction].pack(team, layers);
    }
  }
  if (encoder_) encoder_->load(team, weights_.characters, *loading_);
  if (words_) words_->pack(team, weights_.words.projection);
  team.barrier();
  if (team.rank() == 0) {
    loading_.reset();
    int8_ = {};
  }
}

void LanguageModel::add_words(parallel::Team& team, memory::MatrixView<float> vectors,
                              std::span<const std::int32_t> words, memory::RowBuffer<float>& rows,
                              linalg::Scratch& scratch) const {
  const auto given = rows.rows(std::ssize(words));
  const parallel::Range own = team.share(given.rows);
  for (std::int64_t row = own.begin; row < own.end; ++row)
    std::copy_n(weights_.words.vectors.row(words[static_cast<std::size_t>(row)]), given.columns, given.row(row));
  team.barrier();
  linalg::multiply(team, vectors, given, *words_, linalg::Accumulate::kAdd, scratch);
  team.barrier();
}

std::size_t LanguageModel::bytes() const {
  return stacks_[0].bytes() + stacks_[1].bytes() + (encoder_ ? encoder_->bytes() : 0) + (words_ ? words_->bytes() : 0);
}

}  // namespace wordkin::elmo
