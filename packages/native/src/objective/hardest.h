// Hinge on the hardest negative of the batch (VSE++: Faghri et al. 2018; Structure-CLIP's L_h:
// Huang et al. 2024, with 0.2), on plain cosines.
//
//   loss = Σ w_i · (relu(m + max_j I_i·T_j - I_i·T_i) + relu(m + max_j I_j·T_i - I_i·T_i)) / Σ w_i
//   over the pairs j ≠ i that are false for i
//
// Range [0, 2m + 4]. Known value, all similarities equal: 2m.
// Gradient flows to pictures and texts. Memory is O(P²).
#pragma once

#include "config.h"
#include "objective.h"

namespace anagram {

at::Tensor hardest(const ObjectiveInput& input, const ObjectiveConfig& config);  // → ()

}  // namespace anagram
