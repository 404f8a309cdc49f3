// Softened contrast: symmetric InfoNCE over the pairs with label smoothing over the negatives, for
// captions that fit loosely (PyramidCLIP: Gao et al. 2022).
//
//   loss = ½ Σ w_i · (CE(q_i, softmax_j s·I_i·T_j) + CE(q_i, softmax_j s·T_i·I_j)) / Σ w_i
//   q_i = 1 - a on the own entry, a/n_i on each of its n_i negatives; the own entry alone if n_i =
//   0
//
// Of pairs on several levels, those of one level alone are negatives of each other.
// Range [H(q), ∞): the floor is the entropy of the target, 1.608655 for a = 0.2 and n = 255. Known
// value, all similarities equal: ln P, for any a.
// Gradient flows to pictures, texts and logit scale; true entries get none. Memory is O(P²).
#pragma once

#include "config.h"
#include "objective.h"

namespace anagram {

// One direction: a row's cross entropy, own entry on the diagonal, those at -inf left out. (P, P) →
// (P)
at::Tensor softened_rows(const at::Tensor& logits, double share);

at::Tensor softened(const ObjectiveInput& input, const ObjectiveConfig& config);  // → ()

}  // namespace anagram
