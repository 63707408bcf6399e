// Adagrad (Duchi et al. 2011) as in the original ELMo: a += g^2, w -= rate g / sqrt(a). The caller initialises the
// accumulator to 1; there is no epsilon.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"

namespace wordkin::optim {

class Adagrad {
 public:
  // gradient_scale: factor for all gradients, from clipping.
  Adagrad(const kernels::KernelTable& kernels, double rate, double gradient_scale)
      : kernels_(&kernels), step_{static_cast<float>(rate), static_cast<float>(gradient_scale)} {}

  // weights, accumulator: INOUT (count). gradient: IN (count).
  void apply(float* weights, float* accumulator, float* /*second*/, const float* gradient, std::int64_t count) const {
    kernels_->adagrad(weights, accumulator, gradient, count, step_);
  }

 private:
  const kernels::KernelTable* kernels_;
  kernels::AdagradStep step_;
};

}  // namespace wordkin::optim
