#include "fasttext/predictor.h"

#include <algorithm>
#include <functional>
#include <string>

namespace wordkin::fasttext {
namespace {

constexpr std::size_t kTextsPerTask = 128;

// Calls body(task, first, end) for consecutive ranges of `count` texts.
void for_each_range(std::size_t count, parallel::ThreadPool* pool,
                    const std::function<void(std::size_t task, std::size_t first, std::size_t end)>& body) {
  const std::size_t tasks = (count + kTextsPerTask - 1) / kTextsPerTask;
  const auto run = [&](std::size_t task, std::size_t) {
    body(task, task * kTextsPerTask, std::min(count, (task + 1) * kTextsPerTask));
  };
  if (pool != nullptr) {
    pool->parallel_for(tasks, run);
    return;
  }
  for (std::size_t task = 0; task < tasks; ++task) run(task, 0);
}

void append(Predictions& all, const Predictions& part) {
  const std::int64_t before = static_cast<std::int64_t>(all.labels.size());
  for (const std::int64_t end : part.ends) all.ends.push_back(before + end);
  all.labels.insert(all.labels.end(), part.labels.begin(), part.labels.end());
  all.probabilities.insert(all.probabilities.end(), part.probabilities.begin(), part.probabilities.end());
}

}  // namespace

void Predictor::average(float* mean, std::span<const std::int32_t> rows) const {
  std::fill_n(mean, input_.columns(), 0.0f);
  input_.add_rows(mean, rows);
  if (rows.empty()) return;
  const float factor = 1.0f / static_cast<float>(rows.size());
  for (std::int64_t i = 0; i < input_.columns(); ++i) mean[i] *= factor;
}

void Predictor::predict_line(PredictionScratch& scratch, std::string_view text, const OutputLayer& output,
                             const Selection& selection) const {
  scratch.best.clear();
  dictionary_.read_line(scratch.line, text, LineEnd::kLineFeed);
  if (scratch.line.rows.empty()) return;
  scratch.hidden.resize(static_cast<std::size_t>(input_.columns()));
  average(scratch.hidden.data(), scratch.line.rows);
  output.predict(scratch.best, scratch.output, scratch.hidden.data(), selection);
}

Predictions Predictor::predict(std::span<const std::string_view> texts, const OutputLayer& output,
                               const Selection& selection, parallel::ThreadPool* pool) const {
  std::vector<Predictions> parts((texts.size() + kTextsPerTask - 1) / kTextsPerTask);
  for_each_range(texts.size(), pool, [&](std::size_t task, std::size_t first, std::size_t end) {
    PredictionScratch scratch;
    Predictions& part = parts[task];
    for (std::size_t i = first; i < end; ++i) {
      predict_line(scratch, texts[i], output, selection);
      for (const auto& [score, label] : scratch.best) {
        part.labels.push_back(label);
        part.probabilities.push_back(probability_of(score));
      }
      part.ends.push_back(static_cast<std::int64_t>(part.labels.size()));
    }
  });
  Predictions all;
  for (const Predictions& part : parts) append(all, part);
  return all;
}

void Predictor::line_vectors(const memory::MatrixView<float>& vectors, std::span<const std::string_view> texts,
                             parallel::ThreadPool* pool) const {
  for_each_range(texts.size(), pool, [&](std::size_t, std::size_t first, std::size_t end) {
    Line line;
    for (std::size_t i = first; i < end; ++i) {
      dictionary_.read_line(line, texts[i], LineEnd::kLineFeed);
      average(vectors.row(static_cast<std::int64_t>(i)), line.rows);
    }
  });
}

void Predictor::word_vectors(const memory::MatrixView<float>& vectors, std::span<const std::string_view> words,
                             parallel::ThreadPool* pool) const {
  for_each_range(words.size(), pool, [&](std::size_t, std::size_t first, std::size_t end) {
    std::vector<std::int32_t> rows;
    std::string bounded;
    for (std::size_t i = first; i < end; ++i) {
      rows.clear();
      dictionary_.append_word(rows, words[i], bounded);
      average(vectors.row(static_cast<std::int64_t>(i)), rows);
    }
  });
}

}  // namespace wordkin::fasttext
