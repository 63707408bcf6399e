// Trains a small language model, runs inference and the backward pass in teams of one to four threads, for sanitizers.
// All teams must compute the same bits, and a cancelled step must not change anything. tests/elmo checks the values.
// Exits with status 1 if teams disagree.

#include <cstdint>
#include <cstdio>
#include <vector>

#include "elmo/forward_pass.h"
#include "elmo/inference_pass.h"
#include "elmo/trainer.h"
#include "kernels/select.h"

namespace {

using namespace wordkin;

constexpr std::int64_t kSteps = 5, kBatch = 3, kTypes = 9, kWords = 300;

elmo::Options small_model() {
  return {.cell = elmo::Cell::kLstm,
          .dim = 37,
          .projection_dim = 19,
          .n_layers = 2,
          .cell_clip = 3.0,
          .proj_clip = 3.0,
          .use_skip_connections = true,
          .forget_bias = 1.0,
          .n_characters = 261,
          .char_dim = 5,
          .filters = {{1, 7}, {3, 30}},
          .activation = elmo::Activation::kRelu,
          .n_highway = 1,
          .max_characters_per_token = 8,
          .word_dim = 0,
          .n_input_words = 0,
          .token_input = false,
          .n_tokens_vocab = kWords,
          .shared_softmax = true};
}

// The tensors of a model, and views of them.
struct Model {
  explicit Model(const elmo::Options& options) : list(elmo::parameters_of(options)) {
    random::Generator generator(1);
    for (const auto& parameter : list) {
      std::vector<float> values(static_cast<std::size_t>(parameter.size()));
      for (auto& value : values) value = static_cast<float>(generator.uniform() - 0.5);
      memory.emplace_back(values.size(), 1.0f);
      weights.push_back(std::move(values));
    }
  }
  elmo::TrainingArrays arrays() {
    elmo::TrainingArrays all;
    for (auto& values : weights) all.weights.emplace_back(values);
    for (auto& values : memory) all.optimizer_state.push_back({values, {}});
    return all;
  }
  elmo::Tensors<const float> tensors(const elmo::Options& options) const {
    const std::vector<std::span<const float>> spans(weights.begin(), weights.end());
    return elmo::tensors_of<const float>(options, spans);
  }

  std::vector<elmo::Parameter> list;
  std::vector<std::vector<float>> weights, memory;
};

struct Text {
  Text() {
    random::Generator generator(2);
    for (std::int64_t i = 0; i < kTypes * 8; ++i)
      characters.push_back(static_cast<std::uint16_t>(generator.below(261)));
    for (std::int64_t i = 0; i < 2 * kSteps * kBatch; ++i) {
      inputs.push_back(static_cast<std::int32_t>(generator.below(kTypes)));
      targets.push_back(static_cast<std::int32_t>(generator.below(kWords)));
    }
  }
  elmo::TokenTypes types() const { return {{characters.data(), kTypes, 8, 8}, {}}; }

  std::vector<std::uint16_t> characters;
  std::vector<std::int32_t> inputs, targets;
};

std::vector<float> trained(const kernels::KernelTable& table, std::size_t threads, bool sampled) {
  const elmo::Options options = small_model();
  const elmo::TrainingOptions training{.batch_size = kBatch,
                                       .unroll_steps = kSteps,
                                       .sampled_softmax = sampled,
                                       .negatives = 40,
                                       .optimizer = elmo::Optimizer::kAdagrad,
                                       .clip_norm = 10.0,
                                       .dropout = 0.1,
                                       .train_words = false,
                                       .seed = 1,
                                       .precision = linalg::Precision::kFloat32};
  Model model(options);
  const Text text;
  elmo::Trainer trainer(options, training, table, model.arrays(), threads, 0);
  for (std::int64_t step = 1; step <= 3; ++step) {
    const bool cancels = step == 2;
    const auto before = model.weights;
    trainer.start({text.types(), kSteps, kBatch, text.inputs, text.targets}, 0.2, step,
                  elmo::TrainingStep::Update::kYes);
    if (cancels) trainer.cancel();
    while (!trainer.wait(1.0)) {
    }
    const bool completed = trainer.step().outcome().completed;
    if (!completed && (!cancels || model.weights != before)) std::printf("a cancelled step has changed weights\n");
    if (cancels && completed) model.weights = before;  // the step was over; undo it, so that all teams do the same
  }
  std::vector<float> all;
  for (const auto& values : model.weights) all.insert(all.end(), values.begin(), values.end());
  return all;
}

std::vector<float> embedded(const kernels::KernelTable& table, std::size_t threads) {
  const elmo::Options options = small_model();
  const linalg::Compute compute{&table};
  const Model model(options);
  const Text text;
  const std::vector<std::int64_t> ends{4, 4, 11, 12, 20};
  const std::vector<std::int32_t> ids(text.inputs.begin(), text.inputs.begin() + ends.back());
  const elmo::SentenceBatch batch(ends);
  const std::int64_t tokens = ends.back(), columns = 2 * options.projection_dim;
  std::vector<float> vectors(static_cast<std::size_t>(kTypes * options.projection_dim), 0.25f), layers, traced;
  std::vector<std::vector<float>> gradients;
  layers.resize(static_cast<std::size_t>((options.n_layers + 1) * tokens * columns));
  traced.resize(layers.size());
  std::vector<memory::MatrixView<float>> views, traced_views;
  std::vector<memory::MatrixView<const float>> d_views;
  for (std::int64_t layer = 0; layer <= options.n_layers; ++layer) {
    views.push_back({layers.data() + layer * tokens * columns, tokens, columns, columns});
    traced_views.push_back({traced.data() + layer * tokens * columns, tokens, columns, columns});
    d_views.emplace_back(traced_views.back());
  }
  std::vector<std::span<float>> spans;
  gradients.reserve(model.list.size());
  for (const auto& parameter : model.list) spans.emplace_back(gradients.emplace_back(parameter.size()));

  parallel::ThreadPool pool(threads);
  elmo::LanguageModel loaded(compute, options, model.tensors(options));
  loaded.prepare_loading(threads);
  elmo::InferencePass embedding(loaded, batch, options.n_layers, threads);
  elmo::ForwardPass pass(compute, options, model.tensors(options), batch, text.types(), ids, threads);
  const auto tensors = elmo::tensors_of<float>(options, spans);
  parallel::run_team(pool, threads, [&](parallel::Team& team) {
    loaded.load(team);
    static_cast<void>(embedding.run(
        team, views, {vectors.data(), kTypes, options.projection_dim, options.projection_dim}, {ids, ids}));
    static_cast<void>(pass.forward(team, traced_views));
    static_cast<void>(pass.backward(team, tensors, d_views));
  });
  std::vector<float> all(layers);
  all.insert(all.end(), traced.begin(), traced.end());
  for (const auto& values : gradients) all.insert(all.end(), values.begin(), values.end());
  return all;
}

}  // namespace

int main() {
  bool is_right = true;
  for (const auto isa : kernels::available()) {
    const auto& table = kernels::table_of(isa);
    const auto sampled = trained(table, 1, true), full = trained(table, 1, false), vectors = embedded(table, 1);
    for (std::size_t threads = 2; threads <= 4; ++threads) {
      const bool same = trained(table, threads, true) == sampled && trained(table, threads, false) == full &&
                        embedded(table, threads) == vectors;
      is_right = is_right && same;
      std::printf("%-8s %zu threads: %s\n", kernels::name_of(isa).data(), threads, same ? "the same" : "DIFFERENT");
    }
  }
  return is_right ? 0 : 1;
}
