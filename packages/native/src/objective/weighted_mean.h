#pragma once

#include <ATen/ATen.h>

#include <limits>

namespace anagram {

// Σ w·x / Σ w; 0, with gradient 0, where there are no values or no weight.
inline at::Tensor weighted_mean(const at::Tensor& values,
                                const at::Tensor& weights) {  // (N), (N) → ()
  return (values * weights).sum() / weights.sum().clamp_min(std::numeric_limits<float>::min());
}

}  // namespace anagram
