// Paraphrases: another wording T' of a pair's text must find that text among the batch's, so that
// meaning is what is matched (READ-CLIP's alignment of paraphrases: Kwon et al. 2025).
//
//   loss = Σ w_r · -log softmax_own(s·T'_r·T_j, j = 1 … P) / Σ w_r over the R pairs that have one
//
// Text j ≠ r is left out where it is true of r's picture: equal texts, equal pictures, listed in
// also_true.
// Range [0, ∞). Known value, all similarities equal: ln P. 0 when no pair has a paraphrase.
// Gradient flows to paraphrases, texts and logit scale.
#pragma once

#include "objective.h"

namespace anagram {

at::Tensor paraphrases(const ObjectiveInput& input);  // → ()

}  // namespace anagram
