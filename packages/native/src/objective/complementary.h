// Complementary contrast: every negative is pushed away, no positive is pulled, so that a wrong
// pair cannot be learned by heart (RCL: Hu et al. 2023, its logarithmic form).
//
//   loss = Σ w_i · Σ_{j≠i} (-log(1 - p_ij) - log(1 - q_ij)) / Σ w_i
//   p_i = softmax_j s·I_i·T_j, q_i = softmax_j s·T_i·I_j; entries that are true are left out
//
// The official temperature is fixed at 0.05; here it is the model's.
// Range [0, 2·13.9]: 1 - p is taken as 1 - (1 - 1e-6)·p, so that a hopeless row still has a
// gradient. Known value, all similarities equal: -2(P - 1)·ln(1 - 1/P): 1.386 for 2, → 2.
// Gradient flows to pictures, texts and logit scale. Memory is O(P²).
#pragma once

#include "config.h"
#include "objective.h"

namespace anagram {

at::Tensor complementary(const ObjectiveInput& input, const ObjectiveConfig& config);  // → ()

}  // namespace anagram
