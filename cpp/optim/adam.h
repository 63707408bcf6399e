// Adam (Kingma and Ba 2015, algorithm 1): m and v are running means of g and g^2, corrected for their initialisation
// with 0, and w -= rate m / (sqrt(v) + epsilon).
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/kernel_table.h"

namespace wordkin::optim {

struct AdamDecay {
  double first = 0.9;
  double second = 0.999;
  double epsilon = 1e-8;
};

class Adam {
 public:
  // step: number of the update, from 1. gradient_scale: factor for all gradients, from clipping.
  Adam(const kernels::KernelTable& kernels, double rate, std::int64_t step, double gradient_scale,
       const AdamDecay& decay = {})
      : kernels_(&kernels),
        step_{static_cast<float>(rate / bias_correction(decay.first, step)),
              static_cast<float>(gradient_scale),
              static_cast<float>(1.0 - decay.first),
              static_cast<float>(1.0 - decay.second),
              static_cast<float>(1.0 / bias_correction(decay.second, step)),
              static_cast<float>(decay.epsilon)} {}

  // weights, first, second: INOUT (count). gradient: IN (count).
  void apply(float* weights, float* first, float* second, const float* gradient, std::int64_t count) const {
    kernels_->adam(weights, first, second, gradient, count, step_);
  }

 private:
  // 1 - b^n, by which a running mean that started at 0 must be divided.
  static double bias_correction(double decay, std::int64_t step) {
    return -std::expm1(static_cast<double>(step) * std::log(decay));
  }

  const kernels::KernelTable* kernels_;
  kernels::AdamStep step_;
};

}  // namespace wordkin::optim
