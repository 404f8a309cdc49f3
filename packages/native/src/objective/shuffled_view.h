// What structure_images.h and structure_texts.h share: pairs of which one side has a shuffled view.
#pragma once

#include <ATen/ATen.h>

#include "objective.h"

namespace anagram {

// Mean, weighted by `weights` (R), of -log softmax_own(s·[anchor·own, anchor·shuffled]). The rows
// are (R, D). → ()
at::Tensor prefer_own(const at::Tensor& anchors, const at::Tensor& own, const at::Tensor& shuffled,
                      const at::Tensor& logit_scale, const at::Tensor& weights);

// Symmetric InfoNCE among R rows of the batch, groups and also_true respected: `images` and `texts`
// (R, D) stand for the pairs `rows` (R), one of them shuffled. → ()
at::Tensor contrast_views(const at::Tensor& images, const at::Tensor& texts, const at::Tensor& rows,
                          const ObjectiveInput& input, int64_t tile);

}  // namespace anagram
