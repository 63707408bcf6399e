#include "elmo/trainer.h"

#include <utility>

#include "parallel/team.h"

namespace wordkin::elmo {

Trainer::Trainer(const Options& options, const TrainingOptions& training, const kernels::KernelTable& kernels,
                 const TrainingArrays& arrays, std::size_t threads, int rank)
    : pool_(threads), step_(options, training, kernels, arrays, pool_.size(), rank) {}

Trainer::~Trainer() { cancel(); }

void Trainer::start(const Window& window, double learning_rate, std::int64_t step, TrainingStep::Update update) {
  step_.prepare(window, learning_rate, step, update);
  cancelled_.store(false, std::memory_order_relaxed);
  parallel::start_team(pool_, pool_.size(), cancelled_, [this](parallel::Team& team) { step_.run(team); });
}

void Trainer::start_update(std::vector<optim::RowGradients> rows, double learning_rate) {
  step_.prepare_update(std::move(rows), learning_rate);
  cancelled_.store(false, std::memory_order_relaxed);
  parallel::start_team(pool_, pool_.size(), cancelled_, [this](parallel::Team& team) { step_.run_update(team); });
}

bool Trainer::wait(double seconds) { return pool_.wait(0, seconds); }

void Trainer::cancel() {
  cancelled_.store(true, std::memory_order_relaxed);
  try {
    pool_.wait_all();
  } catch (...) {  // the caller already has a reason to stop, which takes precedence
  }
}

}  // namespace wordkin::elmo
