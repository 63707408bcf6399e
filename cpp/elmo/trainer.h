// Runs training steps on separate threads, one at a time; the waiting thread can cancel them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "elmo/training_step.h"
#include "parallel/thread_pool.h"

namespace wordkin::elmo {

class Trainer {
 public:
  Trainer(const Options& options, const TrainingOptions& training, const kernels::KernelTable& kernels,
          const TrainingArrays& arrays, std::size_t threads, int rank);
  ~Trainer();  // cancels a running step

  // Starts a step and returns; the window is borrowed until wait returns true. Until then only wait and cancel may be
  // called.
  void start(const Window& window, double learning_rate, std::int64_t step, TrainingStep::Update update);
  // Starts the update of a step whose gradients have been combined; see TrainingStep::prepare_update.
  void start_update(std::vector<optim::RowGradients> rows, double learning_rate);
  // Returns true when the step has finished. Rethrows an exception of a team member.
  bool wait(double seconds);
  // Stops the step within one time step of a layer and waits for it. Nothing is changed unless the step had already
  // finished.
  void cancel();

  [[nodiscard]] TrainingStep& step() { return step_; }
  [[nodiscard]] std::size_t threads() const { return pool_.size(); }

 private:
  std::atomic<bool> cancelled_{false};
  parallel::ThreadPool pool_;  // declared before the step, which depends on its size
  TrainingStep step_;
};

}  // namespace wordkin::elmo
