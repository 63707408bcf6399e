// A classifier or tagger: forward to the outputs, or forward, backward and one step of Adam. This file defines the
// order of operations; the arithmetic is in other modules.
//
// The team divides the work among its members: the two directions of the encoder run concurrently in its halves,
// everything else is divided by rows, texts or columns. Memory is allocated for the largest batch so far and reused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "elmo/sentence_batch.h"
#include "heads/text_spans.h"
#include "linalg/gemm.h"
#include "memory/row_buffer.h"
#include "optim/dense_gradients.h"
#include "optim/parameter_set.h"
#include "parallel/team.h"
#include "tasks/batch.h"
#include "tasks/encoder.h"
#include "tasks/options.h"
#include "tasks/output_layers.h"
#include "tasks/packed_weights.h"
#include "tasks/parameters.h"
#include "tasks/pooler.h"
#include "tasks/task_loss.h"
#include "tasks/token_features.h"

namespace wordkin::tasks {

// Borrowed. optimizer_state: the moments of Adam; empty for networks that are not trained.
struct NetworkArrays {
  std::vector<std::span<float>> weights;  // in the order of parameters_of
  std::vector<optim::OptimizerState> optimizer_state;
  std::vector<memory::MatrixView<const float>> frozen;  // the rows of each table, or empty if the table is trained
};

enum class RequestKind { kCacheWords, kScores, kProbabilities, kPaths, kAttention, kLosses, kGradients, kUpdate };

// One request to a network; borrowed until it is finished.
struct Request {
  RequestKind kind = RequestKind::kScores;
  Batch batch{};
  Targets targets{};  // kLosses, kGradients, kUpdate
  double learning_rate = 0.0;
  std::int64_t step = 1;                                // selects the random streams and Adam's bias corrections
  std::vector<heads::LayeredRows<float>> d_contexts{};  // OUT of kGradients and kUpdate, or empty
  memory::MatrixView<float> outputs{};                  // OUT of kScores and kProbabilities (texts or tokens, outputs)
  std::span<std::int32_t> paths{};                      // OUT of kPaths (tokens)
  std::span<float> alpha{};                             // OUT of kAttention (tokens)
  // kCacheWords: the tokens of the batch become the cached words from first_word on, and replace those that were cached
  // there; at most total_words words are cached at a time.
  std::int64_t first_word = 0;
  std::int64_t total_words = 0;
};

struct Outcome {
  double loss = 0.0;          // the weighted mean, including the penalty if gradients were computed
  double total_weight = 0.0;  // sum of the weights in this mean
  double gradient_norm = 0.0;
  double clip_scale = 1.0;
  bool finite = false;
  bool completed = false;  // false: cancelled without any change
};

class Network {
 public:
  // For a region of `members` members. The arrays must not move during the lifetime of this object. With `packed`, the
  // network does not change the weights and cannot compute gradients; otherwise it packs them itself.
  Network(const Options& options, const kernels::KernelTable& kernels, const NetworkArrays& arrays, std::size_t members,
          std::shared_ptr<const PackedWeights> packed = nullptr);

  // Reserves memory for a request and borrows it, before the region begins.
  void prepare(const Request& request);
  // Called by all members of a region. Weights and moments change together or, if the work was cancelled or a number is
  // not finite, not at all.
  void run(parallel::Team& team);
  // Valid after the region.
  [[nodiscard]] const Outcome& outcome() const { return outcome_; }
  [[nodiscard]] std::int64_t updates() const { return updates_; }
  // (texts or tokens, outputs) the scores of the last request, with its dropout.
  [[nodiscard]] memory::MatrixView<const float> scores() { return scores_.rows(output_rows()); }

  // Replaces the rows of the tables that are not trained; discards cached words.
  void set_frozen(const std::vector<memory::MatrixView<const float>>& frozen) {
    features_.set_frozen(frozen);
    words_ = 0;
  }
  // Must be called after the weights were changed by the caller, which is allowed only if the network packs them.
  void refresh() {
    is_packed_ = false;
    words_ = 0;
  }

  // Words whose features do not depend on the context can be cached: the products of the encoder's first layer with
  // their features are computed once, however often the words occur. words() is the number of cached words; changing
  // the weights clears the cache.
  [[nodiscard]] std::int64_t words() const { return words_; }
  // Memory per cached word in bytes; 0 if words cannot be cached.
  [[nodiscard]] std::int64_t word_bytes() const { return options_.contexts.empty() ? encoder_.word_bytes() : 0; }

  // For tests of gradients: copies the complete gradient of a parameter, given by its index in the list.
  void copy_gradient(std::span<float> gradient, std::size_t parameter) const;
  // The dropout settings, and the layer numbers that identify the applications of dropout (recurrent/dropout.h); those
  // of the recurrent layers lie between them.
  [[nodiscard]] recurrent::Dropout feature_dropout() const;
  [[nodiscard]] recurrent::Dropout word_dropout() const;
  [[nodiscard]] recurrent::Dropout inner_dropout() const;
  static constexpr std::int64_t kFeatureDropoutLayer = 0;
  [[nodiscard]] std::int64_t pooled_dropout_layer() const { return options_.n_layers + 1; }
  [[nodiscard]] std::int64_t dense_dropout_layer() const { return options_.n_layers + 2; }
  [[nodiscard]] std::int64_t word_dropout_layer() const { return options_.n_layers + 3; }
  // Of the last request; sentences() is empty without tokens.
  [[nodiscard]] const heads::TextSpans& texts() const { return texts_; }
  [[nodiscard]] const std::optional<elmo::SentenceBatch>& sentences() const { return sentences_; }

 private:
  [[nodiscard]] bool trains() const { return request_->kind >= RequestKind::kGradients; }
  [[nodiscard]] std::int64_t output_rows() const;
  [[nodiscard]] memory::MatrixView<float> encoded();
  [[nodiscard]] memory::MatrixView<float> d_encoded();
  [[nodiscard]] memory::MatrixView<float> output_inputs();
  void gather_parameters();
  void prepare_words();

  // Called by every member; end with a barrier and return false if the work was cancelled.
  [[nodiscard]] bool pack(parallel::Team& team);
  [[nodiscard]] bool cache_words(parallel::Team& team);
  [[nodiscard]] bool encode(parallel::Team& team);
  [[nodiscard]] bool compute_scores(parallel::Team& team);
  [[nodiscard]] bool backward(parallel::Team& team);
  [[nodiscard]] bool backward_through_tokens(parallel::Team& team);
  void drop_features(const parallel::Team& team, memory::MatrixView<float> features);
  void decay_weights(const parallel::Team& team);
  void write_outputs(parallel::Team& team);
  void training_step(parallel::Team& team);
  double add_penalty(const parallel::Team& team);

  Options options_;
  linalg::Compute compute_;
  NetworkArrays arrays_;
  std::vector<Parameter> list_;
  optim::DenseGradients dense_gradients_;
  Tensors<const float> weights_;
  Tensors<float> gradients_;

  std::shared_ptr<PackedWeights> own_packed_;  // null if the weights are shared
  std::shared_ptr<const PackedWeights> packed_;
  TokenFeatures features_;
  Encoder encoder_;
  Pooler pooler_;
  OutputLayers output_layers_;
  TaskLoss loss_;
  optim::ParameterSet parameters_;
  linalg::Scratch scratch_;

  memory::RowBuffer<float> features_rows_;  // (tokens, features), then their gradients
  memory::RowBuffer<float> kept_words_{1};  // (tokens, 1) 0 for tokens that are dropped
  memory::RowBuffer<float> encoded_rows_;   // (tokens, encoded)
  memory::RowBuffer<float> d_encoded_rows_;
  memory::RowBuffer<float> pooled_;  // (texts, pooled)
  memory::RowBuffer<float> d_pooled_;
  memory::RowBuffer<float> scores_;  // (texts or tokens, outputs)
  memory::RowBuffer<float> d_scores_;

  const Request* request_ = nullptr;
  heads::TextSpans texts_;
  std::optional<elmo::SentenceBatch> sentences_;
  bool is_packed_;
  std::int64_t words_ = 0;
  Outcome outcome_;
  std::int64_t updates_ = 0;
};

}  // namespace wordkin::tasks
