// A pair's own negatives as a list of entries, and the cross entropy over [own, own negatives] that
// own_texts.h and own_images.h share.
#pragma once

#include <ATen/ATen.h>

#include "config.h"
#include "objective.h"

namespace anagram {

// E entries, sorted by row: candidate index[e] is a negative of pair row[e].
struct OwnNegatives {
  at::Tensor row;    // (E) int64
  at::Tensor index;  // (E) int64
};

// Entries that are true for their row (equal text, equal picture, also_true) are left out.
OwnNegatives own_negative_texts(const ObjectiveInput& input);
OwnNegatives own_negative_images(const ObjectiveInput& input);

// Similarity of each entry's candidate with its row's anchor: (E).
at::Tensor own_similarities(const at::Tensor& anchors, const at::Tensor& candidates,
                            const OwnNegatives& negatives);

// The pairs that have negatives, in ascending order: (R).
at::Tensor rows_with_negatives(const OwnNegatives& negatives);

// Mean, weighted by the pairs' weights, over rows with a negative of
//   Σ_k q_k · (1 - p_k)^gamma · -log p_k,   p = softmax([own, negatives])
// with q = onehot(own), smoothed over own and negatives (FSC-CLIP: Oh et al. 2024). Without focus
// and smoothing that is -log p_own. Memory is O(E): rows with few negatives do not pay for those
// with many. Known value, all equal and K negatives a row: (K / (K + 1))^gamma · ln(K + 1).
at::Tensor own_cross_entropy(const at::Tensor& own,     // (R) logits
                             const at::Tensor& logits,  // (E)
                             const OwnNegatives& negatives,
                             const at::Tensor& weights,  // (P)
                             const FocalConfig& focal);  // → ()

// The same of s times the similarities of anchors (≥ P, D) with candidates (N, D), of which row r
// belongs to anchor r.
at::Tensor own_cross_entropy(const at::Tensor& anchors, const at::Tensor& candidates,
                             const OwnNegatives& negatives, const at::Tensor& logit_scale,
                             const at::Tensor& weights, const FocalConfig& focal);

// (P) cosine of the pair minus the largest cosine among its own negatives of both kinds; NaN where
// there are none.
at::Tensor own_margin(const ObjectiveInput& input, const OwnNegatives& texts,
                      const OwnNegatives& images);

}  // namespace anagram
