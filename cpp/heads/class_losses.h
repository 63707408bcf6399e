// What rows of scores cost beside the right answers, their gradients, and the probabilities that they stand for: one
// class of several by softmax and cross entropy, or classes each by itself by sigmoid and binary cross entropy.
#pragma once

#include <cstdint>
#include <span>

#include "memory/matrix_view.h"
#include "parallel/team.h"

namespace wordkin::heads {

// A member reads and writes its share of the rows, team.share(rows): no barrier within. losses: OUT (rows). d_scores:
// OUT (rows, classes) of the sum of factors[row] losses[row], or empty if nobody asks for it; may be the scores.

// losses: -log softmax(scores)[target].
void softmax_losses(const parallel::Team& team, std::span<double> losses, memory::MatrixView<float> d_scores,
                    std::span<const float> factors, memory::MatrixView<const float> scores,
                    std::span<const std::int32_t> targets);
// losses: the mean over the classes of -y log sigmoid(score) - (1 - y) log sigmoid(-score), y: IN (rows, classes) 0
// or 1.
void sigmoid_losses(const parallel::Team& team, std::span<double> losses, memory::MatrixView<float> d_scores,
                    std::span<const float> factors, memory::MatrixView<const float> scores,
                    memory::MatrixView<const float> targets);

// rows: INOUT (rows, classes) scores, then probabilities.
void softmax_rows(const parallel::Team& team, memory::MatrixView<float> rows);
void sigmoid_rows(const parallel::Team& team, memory::MatrixView<float> rows);

}  // namespace wordkin::heads
