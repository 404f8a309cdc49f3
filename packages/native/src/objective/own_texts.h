// Own negative texts: each picture must prefer its text to that text's own hard negatives T'_C
// (Doveh et al. 2023, "Teaching structured vision and language concepts", with one a text).
//
//   loss = Σ w_i · -log softmax_own(s·[I_i·T_i, I_i·T'_i1 … I_i·T'_iK_i]) / Σ w_i
//   both sums over the rows with K_i ≥ 1
//
// With focal weights or label smoothing: own_negatives.h.
// Range [0, ∞). Known value, all similarities equal and K negatives a row: ln(1 + K). 0 when no
// row has a negative.
// Gradient flows to pictures, texts, own negatives (also when they are another pair's text) and
// logit scale. A row without negatives is neither counted nor given gradient; a negative that is
// true for its row is left out.
#pragma once

#include <ATen/ATen.h>

#include "own_negatives.h"

namespace anagram {

at::Tensor own_texts(const ObjectiveInput& input, const OwnNegatives& negatives,
                     const FocalConfig& focal);

}  // namespace anagram
