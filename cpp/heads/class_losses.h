// Losses of rows of scores, their gradients, and the corresponding probabilities: softmax with cross entropy for one of
// several classes, or sigmoid with binary cross entropy for independent classes.
#pragma once

#include <cstdint>
#include <span>

#include "memory/matrix_view.h"
#include "parallel/team.h"

namespace wordkin::heads {

// Each member reads and writes its share of the rows, team.share(rows), without barriers. losses: OUT (rows). d_scores:
// OUT (rows, classes), the gradient of the sum of factors[row] * losses[row], or empty if it is not needed; may alias
// the scores.

// losses: -log softmax(scores)[target].
void softmax_losses(const parallel::Team& team, std::span<double> losses, memory::MatrixView<float> d_scores,
                    std::span<const float> factors, memory::MatrixView<const float> scores,
                    std::span<const std::int32_t> targets);
// losses: the mean over the classes of -y log sigmoid(score) - (1 - y) log sigmoid(-score), y: IN (rows, classes) 0
// or 1.
void sigmoid_losses(const parallel::Team& team, std::span<double> losses, memory::MatrixView<float> d_scores,
                    std::span<const float> factors, memory::MatrixView<const float> scores,
                    memory::MatrixView<const float> targets);

// rows: INOUT (rows, classes), scores on entry and probabilities on return.
void softmax_rows(const parallel::Team& team, memory::MatrixView<float> rows);
void sigmoid_rows(const parallel::Team& team, memory::MatrixView<float> rows);

}  // namespace wordkin::heads
