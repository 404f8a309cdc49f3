// Text contrast with a teacher: a text must be closer to what the teacher makes of it than to its
// own negative texts (DeGLA's text-grounded contrast: Hu et al. 2025).
//
//   loss = Σ w_i · -log softmax_own(10·[T_i·Tᵗ_i, T_i·T'_i1 … T_i·T'_iK_i]) / Σ w_i
//   both sums over the rows with K_i ≥ 1
//
// The scale is fixed at 10 as there. The official code lays the negatives out sample by sample and
// masks them otherwise, so that most of a row's are another text's; here they are its own.
// Range [0, 20 + ln(1 + K)]. Known value, all similarities equal and K negatives a row: ln(1 + K).
// 0 when no row has a negative.
// Gradient flows to texts and own negatives; the teacher is a constant.
#pragma once

#include "own_negatives.h"

namespace anagram {

at::Tensor teacher_contrast(const ObjectiveInput& input, const OwnNegatives& negatives);  // → ()

}  // namespace anagram
