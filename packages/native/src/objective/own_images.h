// Own negative images: each text must prefer its picture to that picture's own hard negatives I'_C
// (TripletCLIP: Patel et al. 2024, whose negative pictures are made to fit the negative texts).
//
//   loss = Σ w_i · -log softmax_own(s·[T_i·I_i, T_i·I'_i1 … T_i·I'_iJ_i]) / Σ w_i
//   both sums over the rows with J_i ≥ 1
//
// With focal weights or label smoothing: own_negatives.h.
// Range [0, ∞). Known value, all similarities equal and J negatives a row: ln(1 + J). 0 when no
// row has a negative.
// Gradient flows to texts, pictures, own negatives (also when they are another pair's picture) and
// logit scale. A row without negatives is neither counted nor given gradient; a negative that is
// true for its row is left out.
#pragma once

#include <ATen/ATen.h>

#include "own_negatives.h"

namespace anagram {

at::Tensor own_images(const ObjectiveInput& input, const OwnNegatives& negatives,
                      const FocalConfig& focal);

}  // namespace anagram
