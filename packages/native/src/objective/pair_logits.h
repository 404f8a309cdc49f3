// The whole matrix of the pairs' logits, for the terms that need it at once: soft_targets.h,
// softened.h, complementary.h, hardest.h.
#pragma once

#include "similarity_matrix.h"

namespace anagram {

// s·I·Tᵀ of the P pairs; true entries off the diagonal at -inf. (P, P)
inline at::Tensor pair_logits(const ObjectiveInput& in, const ObjectiveConfig& config) {
  const Span pairs{0, in.pairs};
  return tile_logits(similarity_matrix(in, config), pairs, pairs);
}

}  // namespace anagram
