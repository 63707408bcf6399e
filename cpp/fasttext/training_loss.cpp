#include "fasttext/training_loss.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>
#include <utility>

#include "fasttext/label_tree.h"

namespace wordkin::fasttext {
namespace {

constexpr int kMaxDraws = 100;       // until a negative sample differs from the target
constexpr std::int64_t kSlack = 16;  // floats that kernels may write after the last score
// Factors of at least 1/2 whose product does not leave the range of double.
constexpr std::int64_t kFactors = 512;

float greatest_of(const std::vector<float>& values, std::int64_t count) {
  std::array<float, 16> best;
  best.fill(values[0]);
  std::int64_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (std::size_t lane = 0; lane < 16; ++lane)
      best[lane] = std::max(best[lane], values[static_cast<std::size_t>(i) + lane]);
  for (; i < count; ++i) best[0] = std::max(best[0], values[static_cast<std::size_t>(i)]);
  return *std::max_element(best.begin(), best.end());
}

}  // namespace

TrainingLoss::TrainingLoss(const memory::MatrixView<float>& output, Loss loss, std::span<const std::int64_t> counts,
                           std::int64_t negatives, const kernels::KernelTable& kernels)
    : output_(output), loss_(loss), negatives_(counts.size() < 2 ? 0 : negatives), kernels_(kernels) {
  switch (loss) {
    case Loss::kHierarchicalSoftmax:
      build_paths(counts);
      break;
    case Loss::kNegativeSampling: {
      std::vector<double> weights;
      for (const std::int64_t count : counts) weights.push_back(std::sqrt(static_cast<double>(count)));
      sampler_ = random::AliasTable(weights);
      break;
    }
    case Loss::kSoftmax:
    case Loss::kOneVersusAll:
      for (std::int64_t label = 0; label < static_cast<std::int64_t>(counts.size()); ++label)
        all_rows_.push_back(output_.row(label));
      break;
  }
}

void TrainingLoss::build_paths(std::span<const std::int64_t> counts) {
  const LabelTree tree(counts);
  const auto labels = static_cast<std::int32_t>(counts.size());
  std::vector<std::pair<std::int32_t, bool>> parents(tree.nodes().size(), {-1, false});
  for (auto node = labels; node < static_cast<std::int32_t>(tree.nodes().size()); ++node) {
    const LabelTree::Node& inner = tree.nodes()[static_cast<std::size_t>(node)];
    parents[static_cast<std::size_t>(inner.left)] = {node, false};
    parents[static_cast<std::size_t>(inner.right)] = {node, true};
  }
  branch_begin_.push_back(0);
  for (std::int32_t label = 0; label < labels; ++label) {
    for (auto [node, is_right] = parents[static_cast<std::size_t>(label)]; node >= 0;) {
      branches_.push_back({node - labels, is_right});
      std::tie(node, is_right) = parents[static_cast<std::size_t>(node)];
    }
    branch_begin_.push_back(static_cast<std::int64_t>(branches_.size()));
  }
}

void TrainingLoss::add_target(LossScratch& scratch, std::int32_t row, bool is_target) const {
  scratch.rows.push_back(output_.row(row));
  scratch.is_target.push_back(is_target);
}

void TrainingLoss::add_negatives(LossScratch& scratch, std::int32_t target, random::Generator& generator) const {
  for (std::int64_t k = 0; k < negatives_; ++k) {
    std::int32_t label = target;
    for (int draw = 0; draw < kMaxDraws && label == target; ++draw) label = sampler_.draw(generator.next());
    if (label == target) continue;
    // A label that is drawn twice is a negative sample once: the kernel needs distinct rows.
    if (std::find(scratch.rows.begin(), scratch.rows.end(), output_.row(label)) != scratch.rows.end()) continue;
    add_target(scratch, label, false);
  }
}

double TrainingLoss::step(float* change, const float* hidden, std::span<const std::int32_t> labels, float rate,
                          random::Generator& generator, LossScratch& scratch) const {
  const std::int32_t target = labels.size() == 1 || loss_ == Loss::kOneVersusAll
                                  ? labels[0]
                                  : labels[generator.below(static_cast<std::uint32_t>(labels.size()))];
  scratch.rows.clear();
  scratch.is_target.clear();
  const std::vector<float*>* rows = &scratch.rows;
  switch (loss_) {
    case Loss::kHierarchicalSoftmax:
      for (std::int64_t i = branch_begin_[static_cast<std::size_t>(target)];
           i < branch_begin_[static_cast<std::size_t>(target) + 1]; ++i)
        add_target(scratch, branches_[static_cast<std::size_t>(i)].node,
                   branches_[static_cast<std::size_t>(i)].is_right);
      break;
    case Loss::kNegativeSampling:
      add_target(scratch, target, true);
      add_negatives(scratch, target, generator);
      break;
    case Loss::kSoftmax:
      rows = &all_rows_;
      break;
    case Loss::kOneVersusAll:
      rows = &all_rows_;
      scratch.is_target.assign(all_rows_.size(), false);
      for (const std::int32_t label : labels) scratch.is_target[static_cast<std::size_t>(label)] = true;
      break;
  }
  const auto count = static_cast<std::int64_t>(rows->size());
  const auto width = static_cast<int>(output_.columns);
  std::fill_n(change, width, 0.0f);
  if (count == 0) return 0.0;  // a single label has an empty path
  const auto size = static_cast<std::size_t>(count + kSlack);
  if (scratch.scores.size() < size) {
    scratch.scores.resize(size);
    scratch.gradients.resize(size);
  }
  kernels_.dot_rows(scratch.scores.data(), hidden, rows->data(), count, width);
  const double loss = loss_ == Loss::kSoftmax ? softmax(target, rate, scratch) : logistic(rate, scratch);
  kernels_.update_outputs(change, rows->data(), scratch.gradients.data(), hidden, count, width);
  return loss;
}

// Turns the scores into gradients: rate (1 - p) for the target, -rate p for the others.
double TrainingLoss::softmax(std::int32_t target, float rate, LossScratch& scratch) const {
  const auto count = static_cast<std::int64_t>(all_rows_.size());
  const float greatest = greatest_of(scratch.scores, count);
  const double score = static_cast<double>(scratch.scores[static_cast<std::size_t>(target)]);
  float* const gradients = scratch.gradients.data();
  const double sum = kernels_.exponentials(gradients, scratch.scores.data(), greatest, count);
  const float factor = -rate / static_cast<float>(sum);
  for (std::int64_t i = 0; i < count; ++i) gradients[i] *= factor;
  gradients[target] += rate;
  return static_cast<double>(greatest) + std::log(sum) - score;
}

// Turns the scores into gradients of independent logistic losses. Each loss is max(0, -z) - log(sigmoid(|z|)), z the
// score with the sign of its target; the logarithm is taken of products.
double TrainingLoss::logistic(float rate, LossScratch& scratch) const {
  const auto count = static_cast<std::int64_t>(scratch.is_target.size());
  float* const gradients = scratch.gradients.data();
  std::copy_n(scratch.scores.data(), count, gradients);
  kernels_.sigmoid(gradients, count);
  double loss = 0.0, product = 1.0;
  for (std::int64_t i = 0; i < count; ++i) {
    const bool is_target = scratch.is_target[static_cast<std::size_t>(i)];
    const float score = scratch.scores[static_cast<std::size_t>(i)], probability = gradients[i];
    product *= static_cast<double>(std::max(probability, 1.0f - probability));
    loss += static_cast<double>(std::max(0.0f, is_target ? -score : score));
    if (std::isnan(score)) loss = static_cast<double>(score);
    if ((i + 1) % kFactors == 0) loss -= std::log(std::exchange(product, 1.0));
    gradients[i] = rate * ((is_target ? 1.0f : 0.0f) - probability);
  }
  return loss - std::log(product);
}

}  // namespace wordkin::fasttext
