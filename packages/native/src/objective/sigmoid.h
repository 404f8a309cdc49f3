// The sigmoid loss of SigLIP over a batch of P pairs (Zhai et al. 2023, eq. 1), with lone negatives
// as further columns.
//
//   loss = 1/P · Σ_ij w_ij · -log σ(z_ij (s · I_i·T_j + b)),   z_ii = 1, z_ij = -1
//
// Each entry is judged by itself: of the P×P pairs, and with shared negatives of each picture with
// the lone texts and each text with the lone pictures. w_ij is the mean weight of the pairs that i
// and j belong to. Entry j ≠ i is left out where it is true: equal texts, equal pictures, listed in
// also_true, or, unless own_in_contrastive, one of the row's own negatives. It is no positive
// either: with equal texts it would be the pair's own entry again, and a text would weigh the more
// the oftener it stands in the batch.
//
// Range [0, ∞). Known value, all similarities 0: softplus(-b) + (P - 1 + K + J)·softplus(b) with K
// lone texts and J lone images; so P·ln 2 for b = 0 without any.
// Gradient flows to images, texts, logit scale and logit bias; a masked entry gives none.
// Rows must have unit length, as in contrastive.h.
#pragma once

#include "config.h"
#include "objective.h"
#include "ops/pair_sigmoid.h"

namespace anagram {

PairSigmoidOutput sigmoid(const ObjectiveInput& input, const ObjectiveConfig& config);

}  // namespace anagram
