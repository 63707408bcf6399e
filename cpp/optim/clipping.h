// Gradient clipping by the global norm (Pascanu et al. 2013).
#pragma once

#include <cmath>

namespace wordkin::optim {

// The factor for all gradients, min(1, limit / norm); a limit of 0 disables clipping.
inline double clip_scale(double squared_norm, double limit) {
  const double norm = std::sqrt(squared_norm);
  return limit > 0.0 && norm > limit ? limit / norm : 1.0;
}

}  // namespace wordkin::optim
