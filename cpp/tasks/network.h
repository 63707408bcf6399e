// A classifier or tagger at work: forward to the answers, or forward, backward and one step of Adam. The order of
// things; the arithmetic is in the rooms that it calls.
//
// A team shares the work: the two directions of the encoder run side by side in its halves, everything else by rows,
// texts or columns. Room is made for the largest batch seen and used again.
#pragma once

#include <cstddef>
#include <cstdint>
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
#include "tasks/task_loss.h"
#include "tasks/options.h"
#include "tasks/output_layers.h"
#include "tasks/parameters.h"
#include "tasks/pooler.h"
#include "tasks/token_features.h"

namespace wordkin::tasks {

// Borrowed. memory: Adam's moments; none for networks that are not trained.
struct NetworkArrays {
  std::vector<std::span<float>> weights;  // in the order of parameters_of
  std::vector<optim::OptimizerState> optimizer_state;
  std::vector<memory::MatrixView<const float>> frozen;  // for each table its rows, or nothing where it is trained
};

enum class RequestKind { kCacheWords, kScores, kProbabilities, kPaths, kAttention, kLosses, kGradients, kUpdate };

// One piece of work; borrowed until its end.
struct Request {
  RequestKind kind = RequestKind::kScores;
  Batch batch{};
  Targets targets{};  // kLosses, kGradients, kUpdate
  double learning_rate = 0.0;
  std::int64_t step = 1;                                // numbers the random streams and Adam's corrections
  std::vector<heads::LayeredRows<float>> d_contexts{};  // OUT of kGradients and kUpdate, where they are wanted
  memory::MatrixView<float> outputs{};                  // OUT of kScores and kProbabilities (texts or tokens, outputs)
  std::span<std::int32_t> paths{};                      // OUT of kPaths (tokens)
  std::span<float> alpha{};                             // OUT of kAttention (tokens)
  // kWords: the tokens of the batch are remembered as words behind the first so many, of all that there will be.
  std::int64_t first_word = 0;
  std::int64_t total_words = 0;
};

struct Outcome {
  double loss = 0.0;          // the weighted mean, with the penalty where gradients were wanted
  double total_weight = 0.0;  // that it is a mean over
  double gradient_norm = 0.0;
  double clip_scale = 1.0;
  bool finite = false;
  bool completed = false;  // false: cancelled; then nothing was changed
};

class Network {
 public:
  // For a region of `members` members. The arrays stay where they are as long as this object lives.
  Network(const Options& options, const kernels::KernelTable& kernels, const NetworkArrays& arrays,
          std::size_t members);

  // Makes room for a request and borrows it, before the region begins.
  void prepare(const Request& request);
  // By all members of a region. Weights and moments change together or, where the work was cancelled or a number is not
  // finite, not at all.
  void run(parallel::Team& team);
  // Behind the region.
  [[nodiscard]] const Outcome& outcome() const { return outcome_; }
  [[nodiscard]] std::int64_t updates() const { return updates_; }
  // (texts or tokens, outputs) of the last request, with its dropout.
  [[nodiscard]] memory::MatrixView<const float> scores() { return scores_.rows(output_rows()); }

  // The weights were changed from outside.
  void refresh() {
    is_packed_ = false;
    words_ = 0;
  }

  // Words whose features are nothing but their own can be remembered: what the encoder's first layer makes of them by
  // themselves is computed once, however often they are read. How many are; a change of weights forgets them.
  [[nodiscard]] std::int64_t words() const { return words_; }
  // The memory that one takes; 0 where none can be.
  [[nodiscard]] std::int64_t word_bytes() const { return options_.contexts.empty() ? encoder_.word_bytes() : 0; }

  // For whoever checks gradients: of a parameter, by its place in the list, all entries.
  void copy_gradient(std::span<float> gradient, std::size_t parameter) const;
  // The numbers by which dropout knows its places (recurrent/dropout.h); recurrent layers lie between.
  [[nodiscard]] recurrent::Dropout feature_dropout() const;
  [[nodiscard]] recurrent::Dropout inner_dropout() const;
  static constexpr std::int64_t kFeatureDropoutLayer = 0;
  [[nodiscard]] std::int64_t pooled_dropout_layer() const { return options_.n_layers + 1; }
  [[nodiscard]] std::int64_t dense_dropout_layer() const { return options_.n_layers + 2; }
  // Of the last request; no sentences without tokens.
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

  // Each is called by every member, ends with a barrier, and is false where the work was cancelled.
  [[nodiscard]] bool pack(parallel::Team& team);
  [[nodiscard]] bool cache_words(parallel::Team& team);
  [[nodiscard]] bool encode(parallel::Team& team);
  [[nodiscard]] bool compute_scores(parallel::Team& team);
  [[nodiscard]] bool backward(parallel::Team& team);
  [[nodiscard]] bool backward_through_tokens(parallel::Team& team);
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

  TokenFeatures features_;
  Encoder encoder_;
  Pooler pooler_;
  OutputLayers output_layers_;
  TaskLoss loss_;
  optim::ParameterSet parameters_;
  linalg::Scratch scratch_;

  memory::RowBuffer<float> features_rows_;  // (tokens, features), then their gradients
  memory::RowBuffer<float> encoded_rows_;   // (tokens, encoded)
  memory::RowBuffer<float> d_encoded_rows_;
  memory::RowBuffer<float> pooled_;  // (texts, encoded)
  memory::RowBuffer<float> d_pooled_;
  memory::RowBuffer<float> scores_;  // (texts or tokens, outputs)
  memory::RowBuffer<float> d_scores_;

  const Request* request_ = nullptr;
  heads::TextSpans texts_;
  std::optional<elmo::SentenceBatch> sentences_;
  bool is_packed_ = false;
  std::int64_t words_ = 0;
  Outcome outcome_;
  std::int64_t updates_ = 0;
};

}  // namespace wordkin::tasks
