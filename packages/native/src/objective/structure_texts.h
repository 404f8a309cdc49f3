// Structure of texts: a text and its trigram shuffle T'_S have the same words in another order.
//
//   negative  Σ w_r · -log softmax_own(s·[I_r·T_r, I_r·T'_r]) / Σ w_r over the R shuffled rows: the
//             picture must prefer the text in order (shuffles probe it: Yuksekgonul et al. 2023)
//   positive  symmetric InfoNCE between the R pictures and T': the shuffled text is one more view
//
// Range [0, ∞). Known value, all similarities equal: ln 2 as a negative, ln R as a positive. The
// term is absent from a batch without shuffled texts.
// Gradient flows to pictures, shuffled texts, logit scale and, as a negative, to the texts.
#pragma once

#include <ATen/ATen.h>

#include "objective.h"

namespace anagram {

at::Tensor structure_texts(const ObjectiveInput& input,
                           const at::Tensor& shuffled,  // (R, D)
                           const at::Tensor& rows,      // (R) pair numbers
                           Role role, int64_t tile);    // → ()

}  // namespace anagram
