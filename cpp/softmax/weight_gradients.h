// Gradients of output weights from those of the scores.
#pragma once

#include "linalg/gemm.h"

namespace wordkin::softmax {

// d_weights: OUT or INOUT (words, P) = or += d_scores^T hidden, with d_scores: IN (N, words), hidden: IN (N, P). In
// pieces whose size no team changes: a BLAS sums in an order that depends on shapes, and any team is to give the same
// bits. Every member calls it; no barrier stands at its beginning or end.
void add_weight_gradients(parallel::Team& team, const linalg::Compute& compute, memory::MatrixView<float> d_weights,
                          memory::MatrixView<const float> d_scores, memory::MatrixView<const float> hidden,
                          linalg::Accumulate accumulate, linalg::Scratch& scratch);

}  // namespace wordkin::softmax
