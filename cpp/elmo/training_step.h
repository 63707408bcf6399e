// One step of training: token layer, two stacks of recurrent layers, softmax, the same three backward, clipping,
// update. The order of things; the arithmetic is in the rooms that it calls.
//
// A team shares the step. Its two directions run side by side in two halves of the team (one after the other where it
// has no halves); the token layer, the norm and the update are shared by all. Weights are packed anew at the beginning
// of a step, so a caller may change them between steps.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "elmo/carried_state.h"
#include "elmo/training_loss.h"
#include "elmo/options.h"
#include "elmo/parameters.h"
#include "elmo/token_layer.h"
#include "elmo/window.h"
#include "linalg/gemm.h"
#include "memory/padded_matrix.h"
#include "optim/dense_gradients.h"
#include "optim/parameter_set.h"
#include "parallel/team.h"
#include "recurrent/direction_stack.h"

namespace wordkin::elmo {

// Borrowed, in the order of parameters_of.
struct TrainingArrays {
  std::vector<std::span<float>> weights;
  std::vector<optim::OptimizerState> optimizer_state;  // of the optimiser
};

struct Outcome {
  std::array<double, kDirections> losses{};  // mean cross entropies
  double gradient_norm = 0.0;                // of the objective times the number of steps, before clipping
  bool clipped = false;
  bool finite = false;     // whether losses and norm are
  bool completed = false;  // false: cancelled; then nothing was changed
};

class TrainingStep {
 public:
  enum class Update { kNo, kYes };

  // For a region of `members` members. The arrays stay where they are as long as this object lives.
  TrainingStep(const Options& options, const TrainingOptions& training, const kernels::KernelTable& kernels,
               const TrainingArrays& arrays, std::size_t members);

  // Makes room for a window and borrows it, before the region begins. `step`, from 1 on, numbers the random streams and
  // Adam's corrections.
  void prepare(const Window& window, double learning_rate, std::int64_t step, Update update);
  // The step, by all members of a region. Weights, their optimiser's memory and the carried state change together or,
  // where the work was cancelled or a number is not finite, not at all. Without an update none of them changes.
  void run(parallel::Team& team);
  // Behind the region.
  [[nodiscard]] const Outcome& outcome() const { return outcome_; }
  // Steps that have changed the weights: whoever was interrupted in between learns here whether the last one has.
  [[nodiscard]] std::int64_t updates() const { return updates_; }

  [[nodiscard]] CarriedState& state() { return state_; }

  // For whoever checks gradients: of a parameter, by its place in the list, all entries.
  void copy_gradient(std::span<float> gradient, std::size_t parameter);
  // What the last step drew: negative words and how many tries they took, and dropout.
  [[nodiscard]] std::vector<softmax::SampledSoftmax>& sampled() { return loss_.sampled(); }
  [[nodiscard]] recurrent::Dropout dropout(int direction) const;

 private:
  void gather_parameters();
  // Where the gradient of a parameter is not dense: one or two, without a row in common.
  [[nodiscard]] std::vector<const optim::RowGradients*> row_gradients(std::size_t parameter);
  // Each is called by every member, ends with a barrier, and is false where the work was cancelled.
  [[nodiscard]] bool forward(parallel::Team& team);
  [[nodiscard]] bool backward(parallel::Team& team);
  void update(parallel::Team& team, double scale);

  Options options_;
  TrainingOptions training_;
  linalg::Compute compute_;
  TrainingArrays arrays_;
  std::vector<Parameter> list_;
  optim::DenseGradients dense_gradients_;  // empty where the gradient is rows
  Tensors<const float> weights_;
  Tensors<float> gradients_;

  TokenLayer tokens_;
  std::array<recurrent::PackedStack, kDirections> packed_;
  std::array<recurrent::StackTraining, kDirections> stacks_;
  TrainingLoss loss_;
  optim::ParameterSet parameters_;
  linalg::Scratch scratch_;

  memory::PaddedMatrix inputs_;  // (positions of both directions, P), then their gradients
  memory::PaddedMatrix hidden_;  // of the top layers
  memory::PaddedMatrix d_hidden_;
  CarriedState state_;
  CarriedState next_state_;

  Window window_;
  double learning_rate_ = 0.0;
  std::int64_t step_ = 0;
  Update update_ = Update::kNo;
  Outcome outcome_;
  std::int64_t updates_ = 0;
};

}  // namespace wordkin::elmo
