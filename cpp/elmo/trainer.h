// Steps of training on threads of their own, one at a time, which whoever waits can cancel.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "elmo/training_step.h"
#include "parallel/thread_pool.h"

namespace wordkin::elmo {

class Trainer {
 public:
  Trainer(const Options& options, const TrainingOptions& training, const kernels::KernelTable& kernels,
          const TrainingArrays& arrays, std::size_t threads);
  ~Trainer();  // cancels what runs

  // Begins a step and returns; the window is borrowed until wait returns true. Nothing else may be called meanwhile
  // but wait and cancel.
  void start(const Window& window, double learning_rate, std::int64_t step, TrainingStep::Update update);
  // True when the step is over. What a member of the team has thrown is rethrown.
  bool wait(double seconds);
  // Ends the step within a time step of a layer, and waits for that. Nothing is changed then, unless it was over.
  void cancel();

  [[nodiscard]] TrainingStep& step() { return step_; }
  [[nodiscard]] std::size_t threads() const { return pool_.size(); }

 private:
  std::atomic<bool> cancelled_{false};
  parallel::ThreadPool pool_;  // before the step, whose size is the pool's
  TrainingStep step_;
};

}  // namespace wordkin::elmo
