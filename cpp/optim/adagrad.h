// Adagrad (Duchi et al. 2011) as the original ELMo uses it: a += g^2, w -= rate g / sqrt(a). The accumulator starts at
// 1, whoever makes it; there is no epsilon.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"

namespace wordkin::optim {

class Adagrad {
 public:
  // gradient_scale: what clipping multiplies every gradient by.
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
