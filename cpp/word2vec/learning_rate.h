// Linear decay of the learning rate with the number of trained words, counted over all threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace wordkin::word2vec {

class LearningRate {
 public:
  // `words_before` words of the plan have been trained before.
  LearningRate(double start, double end, double planned_words, std::int64_t words_before = 0)
      : start_(start), end_(end), planned_words_(std::max(planned_words, 1.0)), words_(words_before) {}

  // Relaxed memory order suffices: the counter does not order other accesses, and a rate that is one addition late is
  // harmless.
  void count(std::int64_t words) { words_.fetch_add(words, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t words() const { return words_.load(std::memory_order_relaxed); }

  [[nodiscard]] double now() const {
    const double progress = static_cast<double>(words()) / planned_words_;
    return progress < 1.0 ? start_ + (end_ - start_) * progress : end_;
  }

 private:
  double start_;
  double end_;
  double planned_words_;
  alignas(64) std::atomic<std::int64_t> words_;
};

}  // namespace wordkin::word2vec
