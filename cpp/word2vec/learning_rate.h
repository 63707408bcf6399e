// Linear decay of the learning rate with the number of trained words, counted over all threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace wordkin::word2vec {

class LearningRate {
 public:
  // `words_before` words of the plan have been trained before. Each word that is counted stands for `weight` words: the
  // one of this trainer, and those of others that train as fast and whose number is known only between periods.
  LearningRate(double start, double end, double planned_words, std::int64_t words_before = 0, std::int64_t weight = 1)
      : start_(start), end_(end), planned_words_(std::max(planned_words, 1.0)), weight_(weight), words_(words_before) {}
  LearningRate(const LearningRate& other)
      : LearningRate(other.start_, other.end_, other.planned_words_, other.words(), other.weight_) {}
  LearningRate& operator=(const LearningRate&) = delete;

  // The same schedule for one of `trainers` trainers that share the work of this one.
  [[nodiscard]] LearningRate of_share(std::int64_t trainers) const {
    return {start_, end_, planned_words_, words(), weight_ * trainers};
  }

  // Relaxed memory order suffices: the counter does not order other accesses, and a rate that is one addition late is
  // harmless.
  void count(std::int64_t words) { words_.fetch_add(words * weight_, std::memory_order_relaxed); }
  // Sets the number of words that have been trained in all; nothing may be training.
  void restart(std::int64_t words) { words_.store(words, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t words() const { return words_.load(std::memory_order_relaxed); }

  [[nodiscard]] double now() const {
    const double progress = static_cast<double>(words()) / planned_words_;
    return progress < 1.0 ? start_ + (end_ - start_) * progress : end_;
  }

 private:
  double start_;
  double end_;
  double planned_words_;
  std::int64_t weight_;
  alignas(64) std::atomic<std::int64_t> words_;
};

}  // namespace wordkin::word2vec
