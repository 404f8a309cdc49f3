// Soft targets: two pairs may partly match, as far as their pictures, or their texts, are alike
// among themselves (SoftCLIP: Gao et al. 2024).
//
//   P_i = (1 - a)·onehot(i) + a·softmax_j(I_i·I_j / t)      Q_i the same of texts
//   loss = ½ Σ w_i · (KL(P_i ‖ softmax_j s·I_i·T_j) + KL(Q_i ‖ softmax_j s·T_i·I_j)) / Σ w_i
//   relations: the same without the own entry on either side, so that the positive does not drown
//              what the negatives are to each other (SoftCLIP's disentangled negatives)
//
// SoftCLIP takes the likeness from a detector's regions and tags; here it is the model's own, a
// constant to the gradient. Its weights could not be read. True entries off the diagonal are left
// out on both sides.
// Range [0, ∞). Known value, all similarities equal: 0 if a = 1, else ln P - H(P_i); relations 0.
// Gradient flows to pictures, texts and logit scale. Memory is O(P²).
#pragma once

#include "config.h"
#include "objective.h"

namespace anagram {

at::Tensor soft_targets(const ObjectiveInput& input, const ObjectiveConfig& config,
                        bool relations);  // → ()

}  // namespace anagram
