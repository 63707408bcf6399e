#include "heads/scalar_mix.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "heads/float_sums.h"

namespace wordkin::heads {
namespace {

constexpr double kEpsilon = 1e-12;  // added to variances, as in bilm-tf

}  // namespace

void ScalarMix::prepare(const TextSpans& texts, const MixTensors<const float>& tensors) {
  const double greatest = static_cast<double>(*std::ranges::max_element(tensors.weights));
  std::ranges::transform(tensors.weights, layer_weights_.begin(),
                         [&](float weight) { return std::exp(static_cast<double>(weight) - greatest); });
  const double sum = std::accumulate(layer_weights_.begin(), layer_weights_.end(), 0.0);
  const double total = concatenates_ ? static_cast<double>(layers_) : 1.0;
  for (double& share : layer_weights_) share = share / sum * total;
  gamma_ = static_cast<double>(tensors.gamma.front());
  text_layers_.assign(static_cast<std::size_t>(texts.texts() * layers_), TextLayer{});
}

void ScalarMix::measure(TextLayer& found, LayeredRows<const float> layers, std::int64_t layer, std::int64_t begin,
                        std::int64_t end) const {
  const auto mean_of = [&](const auto& value) {
    double sum = 0.0;
    for (std::int64_t row = begin; row < end; ++row) {
      const float* const x = layers.at(row, layer, layers_, columns_);
      sum += static_cast<double>(sum_of(columns_, [&](std::int64_t k) { return value(x[k]); }));
    }
    return sum / static_cast<double>((end - begin) * columns_);
  };
  found.mean = static_cast<float>(mean_of([](float x) { return x; }));
  const double variance = mean_of([mean = found.mean](float x) { return (x - mean) * (x - mean); });
  found.scale = static_cast<float>(1.0 / std::sqrt(variance + kEpsilon));
}

void ScalarMix::forward(const parallel::Team& team, memory::MatrixView<float> mixed, LayeredRows<const float> layers,
                        const TextSpans& texts) {
  const parallel::Range own = texts.share(team);
  for (std::int64_t text = own.begin; text < own.end; ++text) {
    const std::int64_t begin = texts.begin(text), end = begin + texts.length(text);
    for (std::int64_t row = begin; row < end; ++row) std::fill_n(mixed.row(row), mixed.columns, 0.0f);
    for (std::int64_t layer = 0; layer < layers_ && begin < end; ++layer) {
      TextLayer& found = of(text, layer);
      if (normalizes_) measure(found, layers, layer, begin, end);
      const auto factor = static_cast<float>(gamma_ * layer_weights_[static_cast<std::size_t>(layer)]) * found.scale;
      for (std::int64_t row = begin; row < end; ++row) {
        const float* const x = layers.at(row, layer, layers_, columns_);
        float* const sum = mixed.row(row) + first_column(layer);
        for (std::int64_t k = 0; k < columns_; ++k) sum[k] += factor * (x[k] - found.mean);
      }
    }
  }
}

// With the gradient g = gamma s d of n(x), the gradient of x is scale (g - mean of g - n(x) mean of g n(x)), or g
// without normalisation.
void ScalarMix::write_layer_gradients(std::int64_t text, LayeredRows<float> d_layers,
                                      memory::MatrixView<const float> d_mixed, LayeredRows<const float> layers,
                                      const TextSpans& texts) {
  const std::int64_t begin = texts.begin(text), end = begin + texts.length(text);
  const double count = static_cast<double>((end - begin) * columns_);
  for (std::int64_t layer = 0; layer < layers_; ++layer) {
    const TextLayer& found = of(text, layer);
    const double sum = of(text, concatenates_ ? layer : 0).sum;
    const auto factor = static_cast<float>(gamma_ * layer_weights_[static_cast<std::size_t>(layer)]) * found.scale;
    const auto mean = normalizes_ ? static_cast<float>(sum / count) : 0.0f;
    const auto slope = normalizes_ ? static_cast<float>(found.dot / count) * found.scale : 0.0f;
    for (std::int64_t row = begin; row < end; ++row) {
      const float* const x = layers.at(row, layer, layers_, columns_);
      const float* const d = d_mixed.row(row) + first_column(layer);
      float* const d_x = d_layers.at(row, layer, layers_, columns_);
      for (std::int64_t k = 0; k < columns_; ++k) d_x[k] = factor * (d[k] - mean - slope * (x[k] - found.mean));
    }
  }
}

void ScalarMix::backward(parallel::Team& team, const MixTensors<float>& gradients, LayeredRows<float> d_layers,
                         memory::MatrixView<const float> d_mixed, LayeredRows<const float> layers,
                         const TextSpans& texts) {
  const parallel::Range own = texts.share(team);
  for (std::int64_t text = own.begin; text < own.end; ++text) {
    for (std::int64_t row = texts.begin(text); row < texts.begin(text) + texts.length(text); ++row) {
      for (std::int64_t layer = 0; layer < layers_; ++layer) {
        const float* const d = d_mixed.row(row) + first_column(layer);
        TextLayer& found = of(text, layer);
        if (layer == 0 || concatenates_)
          found.sum += static_cast<double>(sum_of(columns_, [d](std::int64_t k) { return d[k]; }));
        const float* const x = layers.at(row, layer, layers_, columns_);
        const float mean = found.mean;
        const float along = sum_of(columns_, [=](std::int64_t k) { return d[k] * (x[k] - mean); });
        found.dot += static_cast<double>(along * found.scale);
      }
    }
    if (d_layers.data != nullptr) write_layer_gradients(text, d_layers, d_mixed, layers, texts);
  }
  team.barrier();
  if (team.rank() > 0) return;
  double mean = 0.0;
  for (std::int64_t layer = 0; layer < layers_; ++layer) {
    double dot = 0.0;
    for (std::int64_t text = 0; text < texts.texts(); ++text) dot += of(text, layer).dot;
    gradients.weights[static_cast<std::size_t>(layer)] = static_cast<float>(dot);
    mean += layer_weights_[static_cast<std::size_t>(layer)] * dot;
  }
  gradients.gamma.front() = static_cast<float>(mean);
  if (concatenates_) mean /= static_cast<double>(layers_);
  for (std::size_t layer = 0; layer < layer_weights_.size(); ++layer)
    gradients.weights[layer] =
        static_cast<float>(gamma_ * layer_weights_[layer] * (static_cast<double>(gradients.weights[layer]) - mean));
}

}  // namespace wordkin::heads
