// Symmetric InfoNCE over a batch of P pairs (Radford et al. 2021, fig. 3), with lone negatives as
// further columns (NegCLIP: Yuksekgonul et al. 2023).
//
//   loss = Σ w_i · (CE_texts(image i) + CE_images(text i)) / 2P
//   CE(i) = -log softmax_i(s · similarities)
//
// An image's softmax runs over the P pair texts and, with shared negatives, the lone texts; a
// text's likewise over pictures. Column j ≠ i is left out where it is true: equal texts, equal
// pictures, listed in also_true, or, unless own_in_contrastive, one of the row's own negatives.
//
// Range [0, ∞). Known value, all similarities equal: ½(ln(P + K) + ln(P + J)) with K lone texts
// and J lone images in the softmax, so ln P without any.
// Gradient flows to images, texts and logit scale; a masked column gets none.
// Rows must have unit length; the caller normalises so that the cost is visible there. `weights`
// have mean 1, so that down-weighting noisy pairs does not silently change the learning rate.
#pragma once

#include "config.h"
#include "objective.h"
#include "ops/info_nce.h"

namespace anagram {

InfoNceOutput contrastive(const ObjectiveInput& input, const ObjectiveConfig& config);

}  // namespace anagram
