// Rank hinge over own negatives: a pair must beat each of its own negatives by a margin.
//
//   loss = Σ_e w · relu(m + k·(negative_e - own)) / Σ_e w   over all E own negatives
//   fixed:    k = 1, m in cosines (Structure-CLIP: Huang et al. 2024, with 0.1 and swapped texts)
//   adaptive: k = s, m = clamp(mean_e s·(own - negative_e), 0, 10), a constant to the gradient
//             (CE-CLIP's cross-modal rank: Zhang et al. 2024)
//
// CE-CLIP's code takes m from the step before and forgets it with every epoch; here it is the
// batch's own, so that nothing has to be remembered. It divides by absent negatives too; here they
// do not count.
// Range [0, m + 2k]. Known value, all similarities equal: m, so 0 if adaptive. 0 without negatives.
// Gradient flows to anchors, own, negatives and, if adaptive, to the logit scale.
#pragma once

#include "config.h"
#include "own_negatives.h"

namespace anagram {

at::Tensor own_rank(const at::Tensor& anchors,     // (≥ P, D)
                    const at::Tensor& candidates,  // (N, D), row r belongs to anchor r
                    const OwnNegatives& negatives, const at::Tensor& logit_scale,
                    const at::Tensor& weights,  // (P)
                    const RankConfig& config);  // → ()

}  // namespace anagram
