// The table of all kernels of one ISA, and the only list of them. Included once per ISA, after WORDKIN_VEC_HEADER has
// been defined.
#pragma once

#include "kernels/bfloat_widened.inl.h"
#include "kernels/char_convolution.inl.h"
#include "kernels/concatenation.inl.h"
#include "kernels/elementary.inl.h"
#include "kernels/gemm_tile.inl.h"
#include "kernels/highway.inl.h"
#include "kernels/int8_widened.inl.h"
#include "kernels/kernel_table.h"
#include "kernels/loss_accumulator.inl.h"
#include "kernels/matrix_copy.inl.h"
#include "kernels/optimizer_rows.inl.h"
#include "kernels/output_rows.inl.h"
#include "kernels/recurrent_gates.inl.h"
#include "kernels/replica_rows.inl.h"
#include "kernels/row_scores.inl.h"
#include "kernels/row_sums.inl.h"
#include "kernels/row_update.inl.h"
#include "kernels/softmax_rows.inl.h"
#include "kernels/tag_windows.inl.h"
#include "kernels/window_update.inl.h"

namespace wordkin::kernels {
namespace {

// A constant expression: an initialiser executed at run time would be code of this ISA on a machine that may not
// support it.
constexpr KernelTable all_kernels(Isa isa) {
  return {isa,
          skipgram,
          cbow,
          concatenation,
          touch,
          tag_windows,
          tag_words,
          sum_rows,
          change_rows,
          fold,
          combine_replicas,
          sigmoid,
          widen,
          score_rows,
          find_candidates,
          score_pairs,
          copy,
          transpose,
          kPanelColumns,
          Vec::kGemmRows,
          multiply_panels,
          &kWidenedBfloat,
          &kWidenedInt8,
          lstm_forward,
          lstm_backward,
          tanh_forward,
          tanh_backward,
          fill_lookup_table,
          max_over_time,
          route_gradients,
          lookup_gradients,
          highway_forward,
          highway_backward,
          add_offsets,
          exponentials,
          scale_and_add,
          adagrad,
          adam,
          squared_norm,
          dot_rows,
          update_outputs,
          nearest_centroids};
}

}  // namespace
}  // namespace wordkin::kernels
