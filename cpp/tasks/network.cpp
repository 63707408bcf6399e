#include "tasks/network.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "linalg/own_rows.h"
#include "optim/adam.h"
#include "optim/clipping.h"

namespace wordkin::tasks {
namespace {

using memory::MatrixView;
using parallel::Team;

std::vector<std::int64_t> dense_sizes(const std::vector<Parameter>& list) {
  std::vector<std::int64_t> sizes;
  sizes.reserve(list.size());
  for (const auto& parameter : list) sizes.push_back(parameter.is_table ? 0 : parameter.size());
  return sizes;
}

std::vector<std::span<const float>> read_only(const std::vector<std::span<float>>& spans) {
  return {spans.begin(), spans.end()};
}

}  // namespace

Network::Network(const Options& options, const kernels::KernelTable& kernels, const NetworkArrays& arrays,
                 std::size_t members, std::shared_ptr<const PackedWeights> packed)
    : options_(options),
      compute_{&kernels, linalg::Precision::kFloat32},
      arrays_(arrays),
      list_(parameters_of(options)),
      dense_gradients_(packed ? std::vector<std::int64_t>(list_.size()) : dense_sizes(list_)),
      weights_(tensors_of<const float>(options, read_only(arrays.weights))),
      gradients_(tensors_of<float>(options, dense_gradients_.spans())),
      own_packed_(packed ? nullptr : std::make_shared<PackedWeights>(compute_, options, linalg::Purpose::kTraining)),
      packed_(packed ? std::move(packed) : own_packed_),
      features_(compute_, options, arrays.frozen, members),
      encoder_(options),
      pooler_(options),
      output_layers_(options),
      loss_(options, members),
      scratch_(members),
      features_rows_(feature_columns(options)),
      encoded_rows_(encoded_columns(options)),
      d_encoded_rows_(encoded_columns(options)),
      pooled_(pooled_columns(options)),
      d_pooled_(pooled_columns(options)),
      scores_(options.outputs),
      d_scores_(options.outputs),
      is_packed_(own_packed_ == nullptr) {}

std::int64_t Network::output_rows() const { return pools(options_) ? texts_.texts() : texts_.rows(); }

MatrixView<float> Network::encoded() {
  return (directions_of(options_) == 0 ? features_rows_ : encoded_rows_).rows(texts_.rows());
}

MatrixView<float> Network::d_encoded() { return d_encoded_rows_.rows(texts_.rows()); }

MatrixView<float> Network::output_inputs() { return pools(options_) ? pooled_.rows(texts_.texts()) : encoded(); }

recurrent::Dropout Network::feature_dropout() const {
  return {static_cast<float>(options_.input_dropout), options_.seed, static_cast<std::uint64_t>(request_->step), 0};
}

recurrent::Dropout Network::word_dropout() const {
  return {static_cast<float>(options_.word_dropout), options_.seed, static_cast<std::uint64_t>(request_->step), 0};
}

recurrent::Dropout Network::inner_dropout() const {
  return {static_cast<float>(options_.dropout), options_.seed, static_cast<std::uint64_t>(request_->step), 0, 1};
}

void Network::gather_parameters() {
  parameters_ = optim::ParameterSet();
  std::size_t parameter = 0;
  for (std::size_t table = 0; table < options_.tables.size(); ++table) {
    if (!options_.tables[table].trained) continue;
    parameters_.add(optim::Sparse{
        arrays_.weights[parameter], arrays_.optimizer_state[parameter], {}, {}, &features_.table_gradient(table)});
    ++parameter;
  }
  for (; parameter < list_.size(); ++parameter)
    parameters_.add(optim::Dense{arrays_.weights[parameter], dense_gradients_.spans()[parameter],
                                 arrays_.optimizer_state[parameter]});
}

void Network::prepare(const Request& request) {
  request_ = &request;
  outcome_ = {};
  texts_.assign(request.batch.lengths);
  if (!request.batch.words) {
    features_rows_.reserve(texts_.rows());
    features_.prepare(request.batch, texts_, weights_);
  }
  if (request.kind == RequestKind::kCacheWords) return prepare_words();
  encoded_rows_.reserve(texts_.rows());
  pooled_.reserve(texts_.texts());
  scores_.reserve(output_rows());
  sentences_.reset();
  if (texts_.rows() > 0)
    encoder_.prepare(sentences_.emplace(texts_.ends()),
                     trains() ? Encoder::Passes::kForwardAndBackward : Encoder::Passes::kForward);
  if (pools(options_)) pooler_.prepare(texts_);
  output_layers_.prepare(output_rows());
  loss_.prepare(texts_, weights_,
                request.kind == RequestKind::kPaths ? heads::Crf::Methods::kBestPaths : heads::Crf::Methods::kSums);
  if (request.kind >= RequestKind::kLosses) loss_.set_targets(request.targets);
  if (!trains()) return;
  if (options_.word_dropout > 0.0) kept_words_.reserve(texts_.rows());
  d_encoded_rows_.reserve(texts_.rows());
  d_pooled_.reserve(texts_.texts());
  d_scores_.reserve(output_rows());
  // Most gradients are not written in this case.
  if (texts_.rows() == 0) std::ranges::fill(dense_gradients_.all(), 0.0f);
  if (!arrays_.optimizer_state.empty()) gather_parameters();
}

void Network::prepare_words() {
  if (request_->first_word > 0) return;
  words_ = 0;
  encoder_.reserve_words(request_->total_words);
}

bool Network::pack(Team& team) {
  if (is_packed_) return true;
  own_packed_->pack(team, weights_);
  if (!team.barrier_and_check()) return false;
  if (team.rank() == 0) is_packed_ = true;
  return true;
}

bool Network::cache_words(Team& team) {
  const auto features = features_rows_.rows(texts_.rows());
  if (!features_.forward(team, *packed_, features, weights_, scratch_)) return false;
  if (!encoder_.cache_words(team, packed_->encoder, request_->first_word, features, scratch_)) return false;
  if (team.rank() > 0) return true;
  words_ = request_->first_word + features.rows;
  outcome_.completed = true;
  return true;
}

// Applies dropout to features, or to their gradients, of this member's tokens. Words are dropped without scaling the
// others: a prediction reads a text without gaps, not one with features of another size.
void Network::drop_features(const Team& team, MatrixView<float> features) {
  recurrent::drop_own_rows(team, features, feature_dropout(), kFeatureDropoutLayer);
  if (options_.word_dropout == 0.0) return;
  const auto kept = kept_words_.rows(features.rows);
  const parallel::Range own = team.share(features.rows);
  for (std::int64_t row = own.begin; row < own.end; ++row) kept.row(row)[0] = 1.0f;
  recurrent::drop_own_rows(team, kept, word_dropout(), word_dropout_layer());
  for (std::int64_t row = own.begin; row < own.end; ++row)
    if (kept.row(row)[0] == 0.0f) std::fill_n(features.row(row), features.columns, 0.0f);
}

bool Network::encode(Team& team) {
  if (texts_.rows() == 0) return team.barrier_and_check();
  if (request_->batch.words)
    return encoder_.forward_words(team, packed_->encoder, encoded(), *request_->batch.words, scratch_);
  const auto features = features_rows_.rows(texts_.rows());
  if (!features_.forward(team, *packed_, features, weights_, scratch_)) return false;
  if (trains()) drop_features(team, features);
  if (directions_of(options_) == 0) return team.barrier_and_check();
  team.barrier();
  const auto dropout = inner_dropout();
  return encoder_.forward(team, packed_->encoder, encoded(), features, trains() ? &dropout : nullptr, scratch_);
}

bool Network::compute_scores(Team& team) {
  const auto inputs = output_inputs();
  const auto dropout = trains() ? inner_dropout() : recurrent::Dropout{};
  if (pools(options_)) {
    pooler_.forward(team, *packed_, inputs, encoded(), weights_, scratch_);
    team.barrier();
    recurrent::drop_own_rows(team, inputs, dropout, pooled_dropout_layer());
    if (!team.barrier_and_check()) return false;
    if (request_->kind == RequestKind::kAttention) return true;
  }
  output_layers_.forward(team, *packed_, scores_.rows(output_rows()), inputs, dropout, dense_dropout_layer(), scratch_);
  return team.barrier_and_check();
}

bool Network::backward(Team& team) {
  const auto inputs = output_inputs();
  const auto d_inputs = pools(options_) ? d_pooled_.rows(texts_.texts()) : d_encoded();
  if (inputs.rows > 0)
    output_layers_.backward(team, *packed_, gradients_, d_inputs, d_scores_.rows(inputs.rows),
                            scores_.rows(inputs.rows), inputs, inner_dropout(), dense_dropout_layer(), scratch_);
  if (!team.barrier_and_check()) return false;
  if (texts_.rows() == 0) return true;
  if (pools(options_)) {
    recurrent::drop_own_rows(team, d_inputs, inner_dropout(), pooled_dropout_layer());
    team.barrier();
    pooler_.backward(team, *packed_, gradients_, d_encoded(), d_inputs, encoded(), weights_, scratch_);
    if (!team.barrier_and_check()) return false;
  }
  return backward_through_tokens(team);
}

bool Network::backward_through_tokens(Team& team) {
  auto d_features = d_encoded();
  if (directions_of(options_) > 0) {
    d_features = features_.has_gradients() ? features_rows_.rows(texts_.rows()) : MatrixView<float>{};
    if (!encoder_.backward(team, packed_->encoder, gradients_, d_features, d_encoded(), weights_, scratch_))
      return false;
  }
  if (!features_.has_gradients()) return true;
  drop_features(team, d_features);
  team.barrier();
  return features_.backward(team, *packed_, gradients_, request_->d_contexts, d_features, weights_, scratch_);
}

// L2 penalty of the layer weights. One member adds its gradient; a barrier is required before and after.
double Network::add_penalty(const Team& team) {
  double sum = 0.0;
  for (std::size_t i = 0; i < weights_.contexts.size(); ++i) {
    const auto weights = weights_.contexts[i].weights;
    for (std::size_t k = 0; k < weights.size(); ++k) {
      const auto weight = static_cast<double>(weights[k]);
      sum += options_.mix_l2 * weight * weight;
      if (team.rank() == 0) gradients_.contexts[i].weights[k] += static_cast<float>(2.0 * options_.mix_l2 * weight);
    }
  }
  return sum;
}

// Decay of weight matrices that is independent of their gradients (Loshchilov and Hutter 2019). A barrier is required
// before and after.
void Network::decay_weights(const Team& team) {
  const auto factor = static_cast<float>(1.0 - request_->learning_rate * options_.weight_decay);
  for (std::size_t i = 0; i < list_.size(); ++i) {
    if (list_[i].is_table || list_[i].shape.size() < 2) continue;
    const parallel::Range own = team.share(list_[i].size());
    float* const weights = arrays_.weights[i].data();
    for (std::int64_t k = own.begin; k < own.end; ++k) weights[k] *= factor;
  }
}

void Network::training_step(Team& team) {
  if (!backward(team)) return;
  const double loss = loss_.mean_loss() + add_penalty(team);
  team.barrier();
  const bool updates = request_->kind == RequestKind::kUpdate;
  const double squared_norm = arrays_.optimizer_state.empty() ? 0.0 : parameters_.squared_norm(team, *compute_.kernels);
  const double scale = optim::clip_scale(squared_norm, options_.clip_norm);
  const bool finite = std::isfinite(squared_norm) && std::isfinite(loss);
  if (!team.barrier_and_check()) return;  // last check: from here on, weights change
  if (team.rank() == 0) outcome_ = {loss, loss_.total_weight(), std::sqrt(squared_norm), scale, finite, true};
  if (!finite || !updates) return;
  if (options_.weight_decay > 0.0) {
    decay_weights(team);
    team.barrier();
  }
  parameters_.update(team, optim::Adam(*compute_.kernels, request_->learning_rate, request_->step, scale));
  if (team.rank() > 0) return;
  refresh();
  ++updates_;
}

void Network::write_outputs(Team& team) {
  const auto scores = scores_.rows(output_rows());
  switch (request_->kind) {
    case RequestKind::kScores:
      return linalg::copy_own_rows(team, request_->outputs, scores);
    case RequestKind::kProbabilities:
      return loss_.probabilities(team, request_->outputs, scores);
    case RequestKind::kPaths:
      return loss_.paths(team, request_->paths, scores, weights_);
    default:
      if (team.rank() == 0) std::ranges::copy(pooler_.alpha(), request_->alpha.begin());
  }
}

void Network::run(Team& team) {
  if (!pack(team)) return;
  if (request_->kind == RequestKind::kCacheWords) return static_cast<void>(cache_words(team));
  if (!encode(team) || !compute_scores(team)) return;
  const bool has_losses = request_->kind >= RequestKind::kLosses;
  if (has_losses)
    loss_.run(team, trains() ? d_scores_.rows(output_rows()) : MatrixView<float>{}, gradients_,
              scores_.rows(output_rows()), weights_);
  else
    write_outputs(team);
  if (!team.barrier_and_check()) return;
  if (trains()) return training_step(team);
  if (team.rank() > 0) return;
  const double loss = has_losses ? loss_.mean_loss() : 0.0;
  outcome_ = {loss, loss_.total_weight(), 0.0, 1.0, std::isfinite(loss), true};
}

void Network::copy_gradient(std::span<float> gradient, std::size_t parameter) const {
  if (!list_[parameter].is_table) {
    std::ranges::copy(dense_gradients_.spans()[parameter], gradient.begin());
    return;
  }
  std::ranges::fill(gradient, 0.0f);
  std::size_t trained = 0;
  for (std::size_t table = 0; table < options_.tables.size(); ++table) {
    if (!options_.tables[table].trained || trained++ != parameter) continue;
    const auto& rows = features_.table_gradient(table);
    for (std::int64_t row = 0; row < rows.count(); ++row)
      std::copy_n(rows.row(row), rows.columns(), gradient.data() + rows.ids()[row] * rows.columns());
  }
}

}  // namespace wordkin::tasks
