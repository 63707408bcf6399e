#include "fasttext/line_trainer.h"

#include <utility>

namespace wordkin::fasttext {
namespace {

// The rows are scattered over a matrix that exceeds the caches, so that the time is that of memory: while a line is
// trained, the rows of the next one arrive.
void prefetch([[maybe_unused]] const std::vector<float*>& rows, [[maybe_unused]] int width) {
#if defined(__GNUC__)
  constexpr int kLineFloats = 16;
  for (const float* row : rows)
    for (int c = 0; c < width; c += kLineFloats) __builtin_prefetch(row + c);
#endif
}

}  // namespace

LineTally& LineTally::operator+=(const LineTally& other) {
  tokens += other.tokens;
  lines += other.lines;
  trained_lines += other.trained_lines;
  loss += other.loss;
  return *this;
}

LineTrainer::LineTrainer(const LineModel& model)
    : model_(model),
      hidden_(static_cast<std::size_t>(model.input.columns)),
      change_(static_cast<std::size_t>(model.input.columns)),
      zeros_(static_cast<std::size_t>(model.input.columns)) {}

void LineTrainer::train(std::span<const std::int32_t> line, float rate, random::Generator& generator) {
  Prepared& next = prepared_[next_];
  model_.tokens.read_line(next.line, line);
  next.rows.clear();
  if (!next.line.labels.empty())
    for (const std::int32_t row : next.line.rows) next.rows.push_back(model_.input.row(row));
  next_ = 1 - next_;
  update(prepared_[next_], next, rate, generator);
  prepared_[next_].rows.clear();
  tally_.tokens += static_cast<std::int64_t>(line.size());
  ++tally_.lines;
}

void LineTrainer::finish(float rate, random::Generator& generator) {
  const Prepared nothing;
  Prepared& last = prepared_[1 - next_];
  update(last, nothing, rate, generator);
  last.rows.clear();
}

void LineTrainer::update(const Prepared& current, const Prepared& next, float rate, random::Generator& generator) {
  const auto count = static_cast<std::int64_t>(current.rows.size());
  if (count == 0) return;
  const auto width = static_cast<int>(model_.input.columns);
  const float share = 1.0f / static_cast<float>(count);
  prefetch(next.rows, width);
  model_.kernels.sum_rows(hidden_.data(), current.rows.data(), count, share, width);
  tally_.loss += model_.loss.step(change_.data(), hidden_.data(), current.line.labels, rate, generator, scratch_);
  model_.kernels.change_rows({current.rows.data(), nullptr, count, change_.data(), zeros_.data(), share, width});
  ++tally_.trained_lines;
}

LineTally LineTrainer::take_tally() { return std::exchange(tally_, LineTally{}); }

}  // namespace wordkin::fasttext
