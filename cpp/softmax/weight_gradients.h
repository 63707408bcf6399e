// Gradients of the output weights from gradients of the scores.
#pragma once

#include "linalg/gemm.h"

namespace wordkin::softmax {

// d_weights: OUT or INOUT (words, P) = or += d_scores^T hidden, with d_scores: IN (N, words), hidden: IN (N, P).
// Divided into pieces whose size does not depend on the team, so that the result is bit-identical for every team even
// if the order of summation depended on the shapes of the products. Called by every member, without a barrier at the
// beginning or end.
void add_weight_gradients(parallel::Team& team, const linalg::Compute& compute, memory::MatrixView<float> d_weights,
                          memory::MatrixView<const float> d_scores, memory::MatrixView<const float> hidden,
                          linalg::Accumulate accumulate, linalg::Scratch& scratch);

}  // namespace wordkin::softmax
