// One training step: forward through the token layer, two stacks of recurrent layers and the softmax, backward through
// the same, then clipping and update. This file defines the order of operations; the arithmetic is in other modules.
//
// The team divides the step among its members. The two directions run concurrently in two halves of the team
// (sequentially if its size is odd); the token layer, the norm and the update are divided among all members. Weights
// are packed at the beginning of each step, so a caller may change them between steps.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "elmo/carried_state.h"
#include "elmo/options.h"
#include "elmo/parameters.h"
#include "elmo/token_layer.h"
#include "elmo/training_loss.h"
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
  std::vector<optim::OptimizerState> optimizer_state;
};

// The parts of a step, in their order.
enum class StepPart { kPacking, kTokensForward, kLayersForward, kSoftmax, kLayersBackward, kTokensBackward, kUpdate };
inline constexpr std::size_t kStepParts = 7;

struct Outcome {
  std::array<double, kDirections> losses{};  // mean cross entropies
  double gradient_norm = 0.0;                // of the loss times the number of steps, before clipping
  bool clipped = false;
  bool finite = false;                       // whether losses and norm are finite
  bool completed = false;                    // false: cancelled without any change
  std::array<double, kStepParts> seconds{};  // of each part
};

class TrainingStep {
 public:
  enum class Update { kNo, kYes };

  // For a region of `members` members. The arrays must not move during the lifetime of this object. Processes that
  // train together have different ranks: they draw the same negatives, and different dropout.
  TrainingStep(const Options& options, const TrainingOptions& training, const kernels::KernelTable& kernels,
               const TrainingArrays& arrays, std::size_t members, int rank);

  // Reserves memory for a window and borrows it, before the region begins. `step`, from 1, selects the random streams
  // and Adam's bias corrections.
  void prepare(const Window& window, double learning_rate, std::int64_t step, Update update);
  // Runs the step; called by all members of a region. Weights, optimizer state and recurrent state change together or,
  // if the work was cancelled or a number is not finite, not at all. With Update::kNo none of them changes.
  void run(parallel::Team& team);

  // The parts of a step whose gradients are combined with those of other processes: run() with Update::kNo, then
  // prepare_update and run_update. In between, the caller replaces dense_gradients() and provides the row gradients.
  [[nodiscard]] std::span<float> dense_gradients() { return dense_gradients_.all(); }
  // Indices of the parameters that have row gradients and are updated.
  [[nodiscard]] std::vector<std::size_t> sparse_parameters() const;
  // The row gradients of a parameter without a dense gradient: one or two, with distinct rows.
  [[nodiscard]] std::vector<const optim::RowGradients*> row_gradients(std::size_t parameter);
  // Takes one gradient for each of sparse_parameters().
  void prepare_update(std::vector<optim::RowGradients> rows, double learning_rate);
  // Clips the gradients and updates; called by all members of a region. As in run(), all changes happen or none.
  void run_update(parallel::Team& team);

  // Valid after the region.
  [[nodiscard]] const Outcome& outcome() const { return outcome_; }
  // Number of steps that have changed the weights; after an interruption it shows whether the last step did.
  [[nodiscard]] std::int64_t updates() const { return updates_; }

  [[nodiscard]] CarriedState& state() { return state_; }

  // For tests of gradients: copies the complete gradient of a parameter, given by its index in the list.
  void copy_gradient(std::span<float> gradient, std::size_t parameter);
  // The random draws of the last step: negatives with their number of tries, and dropout.
  [[nodiscard]] std::vector<softmax::SampledSoftmax>& sampled() { return loss_.sampled(); }
  [[nodiscard]] recurrent::Dropout dropout(int direction) const;

 private:
  // rows_of(parameter): pointers to its row gradients.
  template <typename RowsOf>
  [[nodiscard]] optim::ParameterSet gather_parameters(const RowsOf& rows_of) const;
  // Ends a part of the step, which began when the preceding one ended. Called after a barrier.
  void end_part(const parallel::Team& team, StepPart part);
  // Called by every member; end with a barrier and return false if the work was cancelled.
  [[nodiscard]] bool forward(parallel::Team& team);
  [[nodiscard]] bool backward(parallel::Team& team);
  void finish(parallel::Team& team, optim::ParameterSet& parameters);
  void update(const parallel::Team& team, const optim::ParameterSet& parameters, double scale);

  Options options_;
  TrainingOptions training_;
  int rank_;
  linalg::Compute compute_;
  TrainingArrays arrays_;
  std::vector<Parameter> list_;
  optim::DenseGradients dense_gradients_;  // empty for parameters with row gradients
  Tensors<const float> weights_;
  Tensors<float> gradients_;

  TokenLayer tokens_;
  std::array<recurrent::PackedStack, kDirections> packed_;
  std::array<recurrent::StackTraining, kDirections> stacks_;
  TrainingLoss loss_;
  optim::ParameterSet parameters_;
  std::vector<optim::RowGradients> combined_rows_;
  optim::ParameterSet combined_parameters_;  // with combined_rows_
  linalg::Scratch scratch_;

  memory::PaddedMatrix inputs_;  // (positions of both directions, P), then their gradients
  memory::PaddedMatrix hidden_;  // outputs of the top layers
  memory::PaddedMatrix d_hidden_;
  CarriedState state_;
  CarriedState next_state_;

  Window window_;
  double learning_rate_ = 0.0;
  std::int64_t step_ = 0;
  Update update_ = Update::kNo;
  Outcome outcome_;
  std::chrono::steady_clock::time_point part_began_;
  std::int64_t updates_ = 0;
};

}  // namespace wordkin::elmo
