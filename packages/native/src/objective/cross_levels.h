// PyramidCLIP's cross level (Gao et al. 2022): what a detector sees of a picture is compared with
// the texts, and the tags that it gives with the picture. For K pairs with regions, seen on V
// levels (global crop and summary, local crop and text):
//
//   loss = 1/(2V) Σ_v [soft(R, T_v) + soft(I_v, A)]
//   soft(X, Y) = symmetric InfoNCE over the K with label smoothing over the negatives: softened.h
//
// R: regions, A: tags. Entries with equal pictures, or equal texts (tags), are no negatives.
// Range [H(q), ∞), as there. Known value, all similarities equal: ln K.
// Gradient flows to pictures, texts, regions, tags and logit scale. Memory is O(K²).
#pragma once

#include "config.h"
#include "objective.h"

namespace anagram {

at::Tensor cross_levels(const ObjectiveInput& input, const ObjectiveConfig& config);  // → ()

}  // namespace anagram
