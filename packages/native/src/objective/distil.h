// Distillation: the student's pictures and texts must be as alike as the teacher's, so that what
// the teacher knew is not forgotten (as open_clip's DistillClipLoss; Hinton et al. 2015).
//
//   loss = 1/2P · Σ_i (KL(pᵗ_i ‖ p_i) + KL(qᵗ_i ‖ q_i))
//   p_i = softmax_j s·I_i·T_j, q_i = softmax_j s·T_i·I_j; with ᵗ the teacher's, its scale too
//
// open_clip's is the cross entropy, which is larger by the entropy of the teacher's rows and has
// the same gradient. Whole rows are learned, so that what is true plays no part, nor do weights: a
// wrong pair tells as much about the teacher as a right one.
// Range [0, ∞). Known value: 0 for a student that is its teacher, or whose similarities are all
// equal as its teacher's are.
// Gradient flows to pictures, texts and logit scale; the teacher is a constant. Memory is O(P²).
#pragma once

#include "objective.h"

namespace anagram {

at::Tensor distil(const ObjectiveInput& input);  // → ()

}  // namespace anagram
