// Text contrast: a text must be closer to its picture than to its own negative texts (CE-CLIP's
// intra-modal contrast in the paper's form: Zhang et al. 2024).
//
//   loss = Σ w_i · -log softmax_own(s·[I_i·T_i, T_i·T'_i1 … T_i·T'_iK_i]) / Σ w_i
//   both sums over the rows with K_i ≥ 1
//
// CE-CLIP's code has column 0, the first caption's first negative, as the target of every row.
// Range [0, ∞). Known value, all similarities equal and K negatives a row: ln(1 + K). 0 when no row
// has a negative.
// Gradient flows to pictures, texts, own negatives and logit scale.
#pragma once

#include "own_negatives.h"

namespace anagram {

at::Tensor text_contrast(const ObjectiveInput& input, const OwnNegatives& negatives);  // → ()

}  // namespace anagram
