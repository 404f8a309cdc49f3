// Symmetric InfoNCE, computed tile by tile: no B×B tensor ever exists, forward or backward.
//
//   forward   keeps the log-sum-exp of each row and column, with a running maximum (safe at any s)
//   backward  recomputes each tile of s·I·Tᵀ and serves both directions from it
//
// Memory is O(tile² + B·D). What the loss means stands in objective/contrastive.h.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>

namespace anagram {

struct InfoNceInput {
  at::Tensor images;        // (NI, D)
  at::Tensor texts;         // (NT, D), same floating type
  at::Tensor logit_scale;   // () s
  int64_t pairs = 0;        // P: the first P images and texts belong together
  at::Tensor weights;       // (P) mean 1
  at::Tensor image_groups;  // (NI) int64
  at::Tensor text_groups;   // (NT) int64
  at::Tensor also_true;     // (M, 2) int64 image, text
};

struct InfoNceOutput {
  at::Tensor loss;       // () differentiable in images, texts and logit_scale, once
  at::Tensor pair_loss;  // (P) unweighted, mean of both directions; no gradient
};

InfoNceOutput info_nce(const InfoNceInput& input, int64_t tile);

}  // namespace anagram
