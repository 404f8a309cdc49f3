// The batch's similarity matrix as the terms over all pairs see it, contrastive.h and sigmoid.h:
// which lone negatives are in it, and whether a row's own ones are left out.
#pragma once

#include "config.h"
#include "objective.h"
#include "ops/similarity_tiles.h"

namespace anagram {

SimilarityMatrix similarity_matrix(const ObjectiveInput& input, const ObjectiveConfig& config);

}  // namespace anagram
