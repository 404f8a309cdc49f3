// Structure of pictures: a picture and its patch shuffle I'_S (ops/patch_shuffle.h) have the same
// parts in other places.
//
//   negative  Σ w_r · -log softmax_own(s·[T_r·I_r, T_r·I'_r]) / Σ w_r over the R shuffled rows: the
//             text must prefer the whole picture (patch-made negatives: Ge et al. 2021)
//   positive  symmetric InfoNCE between the R pictures I' and their texts: the shuffled picture is
//             one more view (invariance to the jigsaw: Misra & van der Maaten 2020)
//
// Range [0, ∞). Known value, all similarities equal: ln 2 as a negative, ln R as a positive. The
// term is absent from a batch without shuffled pictures.
// Gradient flows to texts, shuffled pictures, logit scale and, as a negative, to the pictures.
#pragma once

#include <ATen/ATen.h>

#include "objective.h"

namespace anagram {

at::Tensor structure_images(const ObjectiveInput& input,
                            const at::Tensor& shuffled,  // (R, D)
                            const at::Tensor& rows,      // (R) pair numbers
                            Role role, int64_t tile);    // → ()

}  // namespace anagram
