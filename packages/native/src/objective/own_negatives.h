// A pair's own negatives as a list of entries, and the cross entropy over [own, own negatives] that
// own_texts.h and own_images.h share.
#pragma once

#include <ATen/ATen.h>

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

// Mean, weighted by the pairs' weights, of -log softmax(s·[own, negatives])_own over rows with a
// negative. Memory is O(E·D): rows with few negatives do not pay for those with many.
at::Tensor own_cross_entropy(const at::Tensor& anchors,     // (≥ P, D)
                             const at::Tensor& candidates,  // (N, D), row r belongs to anchor r
                             const OwnNegatives& negatives, const at::Tensor& logit_scale,
                             const at::Tensor& weights);  // (P) → ()

// (P) cosine of the pair minus the largest cosine among its own negatives of both kinds; NaN where
// there are none.
at::Tensor own_margin(const ObjectiveInput& input, const OwnNegatives& texts,
                      const OwnNegatives& images);

}  // namespace anagram
