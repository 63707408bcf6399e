// Trains classifiers and taggers and predicts in teams of one to four threads, for sanitizers. Teams must agree within
// rounding, and a cancelled step must not change anything. tests/tasks checks the values. Exits with status 1 if teams
// disagree.

#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <numeric>
#include <vector>

#include "kernels/select.h"
#include "parallel/team.h"
#include "random/generator.h"
#include "tasks/network.h"

namespace {

using namespace wordkin;

constexpr std::int64_t kRows = 40, kTypes = 9, kLayers = 3;

tasks::Options everything(tasks::Task task, const std::vector<tasks::Pooling>& pooling) {
  return {.task = task,
          .outputs = 5,
          .tables = {{kRows, 19, true}, {kRows, 7, false}},
          .contexts = {{kLayers, 11, true}},
          .char_dim = 5,
          .filters = {{1, 7}, {3, 30}},
          .max_characters = 8,
          .encoder = tasks::Encoding::kLstm,
          .n_layers = 2,
          .hidden_dim = 33,
          .bidirectional = true,
          .pooling = pooling,
          .attention_dim = 20,
          .dense_dim = 18,
          .crf = true,
          .input_dropout = 0.25,
          .dropout = 0.25,
          .clip_norm = 0.5,
          .mix_l2 = 0.1,
          .concatenate_layers = true,
          .projection_dim = 13,
          .word_dropout = 0.2,
          .weight_decay = 0.01,
          .seed = 1};
}

struct Texts {
  explicit Texts(const tasks::Options& options, std::vector<std::int32_t> text_lengths)
      : lengths(std::move(text_lengths)), tokens(std::accumulate(lengths.begin(), lengths.end(), 0)) {
    random::Generator generator(2);
    for (std::int64_t i = 0; i < kTypes * 8; ++i)
      characters.push_back(static_cast<std::uint16_t>(generator.below(261)));
    for (std::int64_t i = 0; i < tokens; ++i) {
      ids.push_back(static_cast<std::int32_t>(generator.below(kRows)));
      types.push_back(static_cast<std::int32_t>(generator.below(kTypes)));
      targets.push_back(static_cast<std::int32_t>(generator.below(static_cast<std::uint32_t>(options.outputs))));
    }
    if (targets.size() < lengths.size()) targets.resize(lengths.size());  // texts without tokens have classes, too
    for (std::int64_t i = 0; i < tokens * kLayers * 11; ++i)
      layers.push_back(static_cast<float>(generator.uniform() - 0.5));
    d_layers.resize(layers.size());
    weights.assign(lengths.size(), 1.0f);
  }
  tasks::Request request(tasks::RequestKind kind, bool has_tags) {
    tasks::Request request;
    request.kind = kind;
    request.learning_rate = 0.01;
    request.batch = {lengths, {ids, ids}, {{layers.data()}}, {characters.data(), kTypes, 8, 8}, types};
    request.targets.ids = std::span(targets).first(has_tags ? ids.size() : lengths.size());
    request.targets.weights = weights;
    request.d_contexts = {{d_layers.data()}};
    return request;
  }

  std::vector<std::int32_t> lengths;
  std::int64_t tokens;
  std::vector<std::uint16_t> characters;
  std::vector<std::int32_t> ids, types, targets;
  std::vector<float> layers, d_layers, weights;
};

struct Model {
  explicit Model(const tasks::Options& options) : list(tasks::parameters_of(options)), frozen(kRows * 7, 0.5f) {
    random::Generator generator(1);
    for (const auto& parameter : list) {
      std::vector<float> values(static_cast<std::size_t>(parameter.size()));
      for (auto& value : values) value = static_cast<float>(generator.uniform() - 0.5);
      first.emplace_back(values.size());
      second.emplace_back(values.size());
      weights.push_back(std::move(values));
    }
  }
  tasks::NetworkArrays arrays() {
    tasks::NetworkArrays all;
    for (auto& values : weights) all.weights.emplace_back(values);
    for (std::size_t i = 0; i < first.size(); ++i) all.optimizer_state.push_back({first[i], second[i]});
    all.frozen = {{}, {frozen.data(), kRows, 7, 7}};
    return all;
  }

  std::vector<tasks::Parameter> list;
  std::vector<std::vector<float>> weights, first, second;
  std::vector<float> frozen;
};

void run(parallel::ThreadPool& pool, tasks::Network& network, const tasks::Request& request, bool cancels) {
  static std::atomic<bool> cancelled;
  cancelled.store(cancels);
  network.prepare(request);
  parallel::start_team(pool, pool.size(), cancelled, [&](parallel::Team& team) { network.run(team); });
  pool.wait_all();
  if (network.outcome().completed == cancels) std::printf("a request was not completed or cancelled as expected\n");
}

std::vector<float> results(const kernels::KernelTable& table, const tasks::Options& options, std::size_t threads) {
  Model model(options);
  parallel::ThreadPool pool(threads);
  tasks::Network network(options, table, model.arrays(), pool.size());
  const bool has_tags = options.task == tasks::Task::kTags;
  Texts first(options, {3, 0, 9, 4, 1}), second(options, {2, 12, 0, 7, 7, 3}), empty(options, {0, 0});
  std::int64_t step = 1;
  for (Texts* const texts : {&first, &second, &empty, &first}) {
    auto request = texts->request(tasks::RequestKind::kUpdate, has_tags);
    request.step = step++;
    const auto before = model.weights;
    run(pool, network, request, true);
    if (model.weights != before) std::printf("a cancelled step has changed the weights\n");
    run(pool, network, request, false);
  }
  const std::int64_t rows = has_tags ? second.tokens : std::ssize(second.lengths);
  std::vector<float> answers(static_cast<std::size_t>(rows * options.outputs));
  auto request = second.request(tasks::RequestKind::kProbabilities, has_tags);
  request.outputs = {answers.data(), rows, options.outputs, options.outputs};
  run(pool, network, request, false);
  std::vector<std::int32_t> paths(static_cast<std::size_t>(second.tokens));
  if (has_tags) {
    request = second.request(tasks::RequestKind::kPaths, has_tags);
    request.paths = paths;
    run(pool, network, request, false);
  }
  for (const auto& values : model.first) answers.insert(answers.end(), values.begin(), values.end());
  answers.insert(answers.end(), second.d_layers.begin(), second.d_layers.end());
  return answers;
}

// Predictions for cached words, which are cached in two pieces; the caching of one is cancelled first.
std::vector<float> word_answers(const kernels::KernelTable& table, tasks::Options options, std::size_t threads) {
  options.contexts.clear();
  Model model(options);
  parallel::ThreadPool pool(threads);
  tasks::Network network(options, table, model.arrays(), pool.size());
  Texts words(options, {17}), more(options, {24}), texts(options, {3, 0, 9, 4, 1});
  auto request = words.request(tasks::RequestKind::kCacheWords, false);
  request.total_words = words.tokens + more.tokens;
  run(pool, network, request, false);
  request = more.request(tasks::RequestKind::kCacheWords, false);
  request.first_word = words.tokens;
  run(pool, network, request, true);
  run(pool, network, request, false);
  const bool has_tags = options.task == tasks::Task::kTags;
  const std::int64_t rows = has_tags ? texts.tokens : std::ssize(texts.lengths);
  std::vector<float> answers(static_cast<std::size_t>(rows * options.outputs));
  request = texts.request(tasks::RequestKind::kScores, has_tags);
  request.batch.words = texts.ids;
  request.outputs = {answers.data(), rows, options.outputs, options.outputs};
  run(pool, network, request, false);
  return answers;
}

bool agree(const std::vector<float>& a, const std::vector<float>& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!(std::abs(a[i] - b[i]) < 1e-4f)) return false;
  return a.size() == b.size();
}

}  // namespace

int main() {
  const auto& table = kernels::table_of(kernels::available().back());
  bool all_agree = true;
  using tasks::Pooling, tasks::Task;
  const std::vector<std::pair<Task, std::vector<Pooling>>> cases = {
      {Task::kClasses, {Pooling::kAttention}},
      {Task::kClasses, {Pooling::kMax, Pooling::kAttention, Pooling::kMean, Pooling::kLast}},
      {Task::kTags, {Pooling::kMean}}};
  for (const auto& [task, pooling] : cases) {
    const auto options = everything(task, pooling);
    const auto expected = results(table, options, 1), of_words = word_answers(table, options, 1);
    for (std::size_t threads = 2; threads <= 4; ++threads)
      all_agree = agree(results(table, options, threads), expected) &&
                  agree(word_answers(table, options, threads), of_words) && all_agree;
  }
  std::printf(all_agree ? "teams agree\n" : "teams disagree\n");
  return all_agree ? 0 : 1;
}
