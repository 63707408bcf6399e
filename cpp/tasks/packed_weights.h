// The weights of a network, packed for matrix products. Once packed, any number of networks and threads may read them.
#pragma once

#include <vector>

#include "heads/dense.h"
#include "linalg/compute.h"
#include "parallel/team.h"
#include "recurrent/packed_layer.h"
#include "recurrent/stack_shape.h"
#include "tasks/options.h"
#include "tasks/parameters.h"

namespace wordkin::tasks {

recurrent::StackShape encoder_shape(const Options& options);

struct PackedWeights {
  // compute: of the encoder; all other products are float32.
  PackedWeights(const linalg::Compute& compute, const Options& options, linalg::Purpose purpose);

  // Called by every member; a barrier is required before the first use. With Precision::kInt8 the team must have one
  // member, and std::invalid_argument is thrown if a weight of the encoder is infinite or NaN.
  void pack(parallel::Team& team, const Tensors<const float>& weights);

  std::vector<recurrent::PackedStack> encoder;  // one per direction
  std::vector<heads::PackedDense> projections;  // one per context, or none
  heads::PackedDense attention;                 // only if the network pools by attention
  heads::PackedDense dense;                     // only if there is a tanh layer before the outputs
  heads::PackedDense output;

 private:
  void pack_int8(parallel::Team& team, std::size_t direction, const Tensors<const float>& weights);

  bool has_attention_;
  bool has_dense_;
};

}  // namespace wordkin::tasks
