// The sigmoid loss over all pairs, computed tile by tile: no B×B tensor ever exists, forward or
// backward. Entries are judged one by one, so nothing is kept from the forward pass but the sums.
//
// Memory is O(tile² + B·D). What the loss means stands in objective/sigmoid.h.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>

#include "ops/similarity_tiles.h"

namespace anagram {

struct PairSigmoidOutput {
  at::Tensor loss;       // () differentiable in images, texts, logit_scale and logit_bias, once
  at::Tensor pair_loss;  // (P) unweighted; no gradient
};

PairSigmoidOutput pair_sigmoid(const SimilarityMatrix& input, const at::Tensor& logit_bias,
                               int64_t tile);

}  // namespace anagram
