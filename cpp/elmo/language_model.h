// An immutable language model: its weights, packed once for the layers.
//
// Read-only once loaded: any number of threads may encode and evaluate with it concurrently, each call with its own
// scratch memory (elmo/inference_pass, elmo/evaluation).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "charcnn/frozen_encoder.h"
#include "elmo/options.h"
#include "elmo/parameters.h"
#include "linalg/compute.h"
#include "linalg/gemm.h"
#include "memory/matrix_view.h"
#include "memory/row_buffer.h"
#include "parallel/team.h"
#include "recurrent/packed_layer.h"
#include "softmax/output_layer.h"

namespace wordkin::elmo {

class LanguageModel {
 public:
  // The weights are borrowed, because embedding and softmax are read in place. The softmax weights may be empty. With
  // Precision::kInt8, the matrices of the recurrent layers are those of `int8`, which is borrowed until `load` has
  // returned and otherwise empty; everything else is float32.
  LanguageModel(const linalg::Compute& compute, const Options& options, const Tensors<const float>& weights,
                Int8Layers int8 = {});

  // Called once by every member of a region of `members` members, before any other use. Call `prepare_loading` before
  // the region begins.
  void prepare_loading(std::size_t members);
  void load(parallel::Team& team);

  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] linalg::Compute softmax_compute() const { return compute_.of_floats(); }
  [[nodiscard]] const charcnn::FrozenEncoder* encoder() const { return encoder_ ? &*encoder_ : nullptr; }
  [[nodiscard]] const recurrent::PackedStack& stack(int direction) const {
    return stacks_[static_cast<std::size_t>(direction)];
  }
  // In models with word vectors: adds the projected rows of words to vectors (words, P), which must be complete before
  // a barrier. rows: scratch memory for the words. Called by every member of a team; ends with a barrier.
  void add_words(parallel::Team& team, memory::MatrixView<float> vectors, std::span<const std::int32_t> words,
                 memory::RowBuffer<float>& rows, linalg::Scratch& scratch) const;
  [[nodiscard]] bool has_softmax() const { return !weights_.softmax[0].weights.empty(); }
  [[nodiscard]] softmax::OutputLayer output_layer(int direction) const {
    const auto& softmax = weights_.softmax[static_cast<std::size_t>(direction)];
    return {softmax.weights, softmax.bias};
  }
  [[nodiscard]] memory::MatrixView<const float> embedding() const { return weights_.embedding; }
  [[nodiscard]] std::size_t bytes() const;  // of the packed weights

 private:
  linalg::Compute compute_;
  Options options_;
  Tensors<const float> weights_;
  Int8Layers int8_;
  std::optional<charcnn::FrozenEncoder> encoder_;  // empty if words are rows of `embedding`
  std::optional<linalg::PackedMatrix> words_;      // the projection of word vectors; empty without them
  std::array<recurrent::PackedStack, kDirections> stacks_;
  std::optional<charcnn::ConvolutionScratch> loading_;
};

}  // namespace wordkin::elmo
