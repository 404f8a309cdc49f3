// Symmetric InfoNCE, computed tile by tile: no B×B tensor ever exists, forward or backward.
//
//   forward   keeps the log-sum-exp of each row and column, with a running maximum (safe at any s)
//   backward  recomputes each tile of s·I·Tᵀ and serves both directions from it
//
// Memory is O(tile² + B·D). What the loss means stands in objective/contrastive.h.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>

#include "ops/similarity_tiles.h"

namespace anagram {

struct InfoNceOutput {
  at::Tensor loss;       // () differentiable in images, texts and logit_scale, once
  at::Tensor pair_loss;  // (P) unweighted, mean of both directions; no gradient
};

InfoNceOutput info_nce(const SimilarityMatrix& input, int64_t tile);

}  // namespace anagram
